import type { Stream } from '../random/index.ts';
import type { Tokens } from './strings.ts';

/** Every token's mean counts the mean of all rewards so many times on top of its own. */
const PRIOR_COUNT = 2;

interface Mean {
  count: number;
  sum: number;
}

/**
 * How well strings did that have a token at a place, whatever stands beside it, as a policy for random completions: the
 * move-average sampling technique (MAST: Finnsson & Björnsson 2008, "Simulation-Based Approach to General Game Playing").
 */
export class TokenMeans {
  readonly #temperature: number;
  /** One entry per place and token. */
  readonly #means: Map<number, Mean>[] = [];
  readonly #all: Mean = { count: 0, sum: 0 };
  #lowest = Number.POSITIVE_INFINITY;
  #highest = Number.NEGATIVE_INFINITY;

  /** @param temperature In units of the rewards' range; the higher, the more uniform. */
  constructor(temperature: number) {
    this.#temperature = temperature;
  }

  tell(tokens: Tokens, reward: number): void {
    this.#lowest = Math.min(this.#lowest, reward);
    this.#highest = Math.max(this.#highest, reward);
    add(this.#all, reward);
    tokens.forEach((token, place) => {
      add(this.#meanOf(place, token), reward);
    });
  }

  /**
   * One of the choices, the likelier the better it did: with weight e^(mean / (range · temperature · heat)).
   *
   * @param heat 1 or more; the higher, the more uniform.
   */
  draw(choices: Tokens, place: number, random: Stream, heat = 1): number {
    const scores = choices.map((token) => this.#score(place, token) / heat);
    const highest = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - highest));
    let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
    const drawn = weights.findIndex((weight) => {
      left -= weight;
      return left < 0;
    });
    return choices.at(drawn) as number;
  }

  #score(place: number, token: number): number {
    const range = this.#highest - this.#lowest;
    if (!(range > 0)) return 0;
    const { count, sum } = this.#meanOf(place, token);
    const prior = this.#all.sum / this.#all.count;
    return (sum + PRIOR_COUNT * prior) / (count + PRIOR_COUNT) / range / this.#temperature;
  }

  #meanOf(place: number, token: number): Mean {
    this.#means[place] ??= new Map();
    const known = this.#means[place].get(token);
    if (known) return known;
    const mean = { count: 0, sum: 0 };
    this.#means[place].set(token, mean);
    return mean;
  }
}

function add(mean: Mean, reward: number): void {
  mean.count++;
  mean.sum += reward;
}
