import type { DecodingStep, Limits, StepModel, Written } from './model.ts';
import { type BeamScore, coverage, lengthPenalty } from './score.ts';
import { topCandidates } from './top.ts';

export interface BeamOptions extends Limits, BeamScore {
  /** Sentences kept at a time, for each source sentence. */
  readonly width: number;
  /** [sentences]: the source positions that are not padding; needed for the coverage penalty alone. */
  readonly sourceLengths?: readonly number[];
}

export interface BeamWritten extends Written {
  /** s(Y, X) of Wu et al. (2016), equation 14: log P / lp + cp. The greatest one wins. */
  readonly score: number;
}

/**
 * Beam search. At each step every kept sentence goes on with every token; the `width` most probable of all are kept, and those
 * of them that end leave the beam and are scored. Equal ones keep the order of their parents, then of their tokens. A
 * source sentence is done when nothing that is kept can reach the best score, so that the outcome is that of searching up to
 * `maximumLength`; a sentence that is cut off there wins only if none ended.
 *
 * Rows of the model: sentences × width, those of a source sentence side by side.
 *
 * @param start the state of [sentences] rows; `model.reorder` spreads it over the beams.
 * @returns [sentences]: the best of each.
 * @throws RangeError when an option is out of range; TypeError when the coverage penalty is asked of a model without attention.
 */
export async function beamSearch<State>(
  model: StepModel<State>,
  start: State,
  sentences: number,
  options: BeamOptions,
): Promise<readonly BeamWritten[]> {
  check(options);
  const { width, maximumLength, begin } = options;
  const rows = sentences * width;
  const beams = Array.from({ length: sentences }, (_, index) => openBeam(options, index));
  const tokens = new Int32Array(rows).fill(begin);
  let state = model.reorder(
    start,
    Int32Array.from({ length: rows }, (_, row) => Math.floor(row / width)),
  );
  for (let length = 1; length <= maximumLength && beams.some((beam) => beam.live.length > 0); length++) {
    const step = await model.next(state, tokens);
    const parents = new Int32Array(rows);
    for (const [index, beam] of beams.entries()) {
      beam.advance(step, index * width, model.vocabulary);
      for (let slot = 0; slot < width; slot++) {
        // A slot without a sentence repeats the first row: it is computed, and never read.
        const hypothesis = beam.live[slot];
        parents[index * width + slot] = index * width + (hypothesis?.parent ?? 0);
        tokens[index * width + slot] = hypothesis?.tokens.at(-1) ?? begin;
      }
    }
    state = model.reorder(step.state, parents);
  }
  return beams.map((beam) => beam.best());
}

function check({ width, maximumLength, lengthNormalisation, coveragePenalty }: BeamOptions): void {
  for (const [name, value] of Object.entries({ width, maximumLength })) {
    if (!Number.isInteger(value) || value < 1)
      throw new RangeError(`${name}: expected 1 or more, got ${value}`);
  }
  for (const [name, value] of Object.entries({ lengthNormalisation, coveragePenalty })) {
    if (!(value >= 0)) throw new RangeError(`${name}: expected 0 or more, got ${value}`);
  }
}

interface Hypothesis {
  readonly tokens: readonly number[];
  readonly logProbability: number;
  /** The slot that it came from, in the step before. */
  readonly parent: number;
  /** [source positions]: sums over its tokens; empty without a coverage penalty. */
  readonly attention: Float64Array;
}

/** The beam of one source sentence. */
interface Beam {
  readonly live: readonly Hypothesis[];
  /** @param firstRow the row of its first slot. */
  advance(step: DecodingStep<unknown>, firstRow: number, vocabulary: number): void;
  best(): BeamWritten;
}

function openBeam(options: BeamOptions, sentence: number): Beam {
  const { width, end, maximumLength, lengthNormalisation, coveragePenalty } = options;
  let live: readonly Hypothesis[] = [
    { tokens: [], logProbability: 0, parent: 0, attention: new Float64Array() },
  ];
  let best: BeamWritten | undefined;
  /** The longest that have not ended. */
  let unended = live;

  const written = ({ tokens, logProbability, attention }: Hypothesis, ended: boolean): BeamWritten => {
    const length = tokens.length + (ended ? 1 : 0);
    const covered =
      coveragePenalty === 0
        ? 0
        : coverage(attention, options.sourceLengths?.[sentence] ?? attention.length, coveragePenalty);
    const score = logProbability / lengthPenalty(length, lengthNormalisation) + covered;
    return { tokens, logProbability, ended, score };
  };
  /** No sentence that goes on from this one can score more: log P only falls, and cp is at most 0. */
  const reachable = ({ logProbability }: Hypothesis): number =>
    logProbability / lengthPenalty(maximumLength, lengthNormalisation);

  return {
    get live() {
      return live;
    },
    advance(step, firstRow, vocabulary) {
      if (live.length === 0) return;
      const kept = topCandidates(step.logProbabilities, vocabulary, firstRow, live, width).map(
        ({ slot, token, logProbability }) => {
          const { tokens, attention } = live[slot] as Hypothesis;
          const summed =
            coveragePenalty === 0 ? attention : attended(step, firstRow + slot, vocabulary, attention);
          return { token, hypothesis: { tokens, logProbability, parent: slot, attention: summed } };
        },
      );
      if (kept.length === 0) {
        // Nothing may come next: the network gives no numbers.
        live = [];
        return;
      }
      for (const { token, hypothesis } of kept) {
        if (token !== end) continue;
        const candidate = written(hypothesis, true);
        if (best === undefined || candidate.score > best.score) best = candidate;
      }
      unended = kept
        .filter(({ token }) => token !== end)
        .map(({ token, hypothesis }) => ({ ...hypothesis, tokens: [...hypothesis.tokens, token] }));
      const floor = best?.score ?? Number.NEGATIVE_INFINITY;
      live = best === undefined || unended.some((hypothesis) => reachable(hypothesis) > floor) ? unended : [];
    },
    best() {
      if (best) return best;
      const scored = unended.map((hypothesis) => written(hypothesis, false));
      return scored.reduce((most, other) => (other.score > most.score ? other : most));
    },
  };
}

/** The sums of attention, with a step's row. */
function attended(
  step: DecodingStep<unknown>,
  row: number,
  vocabulary: number,
  sums: Float64Array,
): Float64Array {
  if (!step.attention) throw new TypeError('the coverage penalty needs a model that gives its attention');
  const positions = (step.attention.length * vocabulary) / step.logProbabilities.length;
  return Float64Array.from(
    step.attention.subarray(row * positions, (row + 1) * positions),
    (value, i) => value + (sums[i] ?? 0),
  );
}
