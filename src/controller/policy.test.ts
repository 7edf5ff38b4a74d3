import { describe, expect, it } from 'vitest';
import {
  paperSpace,
  constrainedParameters as parameters,
  policyFeeds,
  constrainedShape as shape,
  constrainedSpace as small,
  constrainedStrings as strings,
} from '../../test/support/controller.ts';
import { evaluateFloat64 } from '../graph/index.ts';
import { stream } from '../random/index.ts';
import { policyGraph } from './lstm.ts';
import { draw, maskedLogSoftmax, Sampler } from './sampler.ts';
import { initialParameters, logitOffsets, parameterCount, parameterViews } from './shape.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** log p of each token of a string, by loops over Figure 3 and nothing of the code under test but the layout. */
function reference(theta: Float32Array, tokens: readonly number[]): number[] {
  const { hidden: h, embedding: e, vocabularies } = shape;
  const weights = parameterViews(shape, theta) as Record<string, Float32Array>;
  const at = (name: string, row: number, column: number, columns: number): number =>
    weights[name]![row * columns + column]!;
  const logits = vocabularies.reduce((a, b) => a + b);
  let output = new Array<number>(h).fill(0);
  let cell = new Array<number>(h).fill(0);
  let fed = 0;
  let column = 0;
  return tokens.map((token, t) => {
    const gate = (k: number): number[] =>
      Array.from({ length: h }, (_, j) => {
        let z = weights.gateBias![k * h + j]!;
        for (let i = 0; i < e; i++) z += at('embedding', fed, i, e) * at('inputWeights', i, k * h + j, 4 * h);
        for (let i = 0; i < h; i++) z += output[i]! * at('recurrentWeights', i, k * h + j, 4 * h);
        return z;
      });
    const [i, f, o, z] = [gate(0), gate(1), gate(2), gate(3)];
    cell = cell.map((c, j) => sigmoid(f[j]!) * c + sigmoid(i[j]!) * Math.tanh(z[j]!));
    output = cell.map((c, j) => sigmoid(o[j]!) * Math.tanh(c));
    const allowed = small.allowed(tokens.slice(0, t));
    const scores = allowed.map((_, token) =>
      output.reduce(
        (sum, x, k) => sum + x * at('headWeights', k, column + token, logits),
        weights.headBias![column + token]!,
      ),
    );
    const total = scores.reduce((sum, score, token) => sum + (allowed[token] ? Math.exp(score) : 0), 0);
    fed = 1 + column + token;
    column += vocabularies[t]!;
    return scores[token]! - Math.log(total);
  });
}

const feedsOf = (theta: ArrayLike<number>): Record<string, ArrayLike<number>> => policyFeeds(theta, strings);

describe('the policy', () => {
  it('has the paper’s sizes', () => {
    const paper = { vocabularies: paperSpace(3).vocabularies, hidden: 150, embedding: 150 };
    // One softmax of its own for each of 15 tokens; the bank grows by one an iteration.
    expect(paper.vocabularies).toEqual([16, 16, 11, 11, 5, 17, 17, 11, 11, 5, 18, 18, 11, 11, 5]);
    const heads = (150 + 1) * 183;
    expect(parameterCount(paper)).toBe((1 + 178) * 150 + 2 * 150 * 600 + 600 + heads);
  });

  it('starts uniform in [−0.08, 0.08]', () => {
    const initial = initialParameters({ ...shape, hidden: 50 }, stream(2));
    expect(Math.max(...initial)).toBeGreaterThan(0.0799);
    expect(Math.min(...initial)).toBeLessThan(-0.0799);
    expect(Math.max(...initial.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.08));
    expect(Math.abs(initial.reduce((a, b) => a + b) / initial.length)).toBeLessThan(0.002);
  });

  it('gives the log-probabilities of an LSTM written out', () => {
    const [chosen] = evaluateFloat64([policyGraph(shape, strings.length).chosen], feedsOf(parameters));
    const expected = strings.map((tokens) => reference(parameters, tokens));
    const positionMajor = [0, 1, 2].flatMap((t) => expected.map((string) => string[t]!));
    expect(chosen!).toBeAllclose(positionMajor, { rtol: 1e-12, atol: 1e-15 });
  });

  it('is a distribution over the allowed tokens of a position, and over nothing else', () => {
    const { logProbabilities } = policyGraph(shape, strings.length);
    const [values] = evaluateFloat64([logProbabilities], feedsOf(parameters));
    strings.forEach((tokens, b) => {
      logitOffsets(shape).forEach((offset, t) => {
        const row = values!.subarray((t * strings.length + b) * 9, (t * strings.length + b + 1) * 9);
        const allowed = small.allowed(tokens.slice(0, t));
        const inside = [...row].filter((_, i) => allowed[i - offset]);
        expect(inside.reduce((sum, x) => sum + Math.exp(x), 0)).toBeCloseTo(1, 12);
        expect(Math.max(...[...row].filter((_, i) => !allowed[i - offset]))).toBeLessThan(-9000);
      });
    });
  });

  it('has the entropy of those distributions', () => {
    const { logProbabilities, entropy } = policyGraph(shape, strings.length);
    const [values, mean] = evaluateFloat64([logProbabilities, entropy], feedsOf(parameters));
    const total = values!.reduce((sum, x) => sum - Math.exp(x) * x, 0);
    expect(mean![0]).toBeCloseTo(total / 9, 12);
  });
});

describe('Sampler', () => {
  it('reports the log-probability that the policy has for the string', async () => {
    const sampler = new Sampler(shape, small);
    for (const { tokens, logProbability } of await sampler.sample(parameters, 20, stream(4))) {
      const expected = reference(parameters, tokens).reduce((a, b) => a + b);
      expect(logProbability).toBeCloseTo(expected, 5);
    }
    await sampler.close();
  });

  it('draws strings as often as the policy says, and forbidden ones never', async () => {
    const sampler = new Sampler(shape, small);
    const counts = new Map<string, number>();
    const n = 20_000;
    for (const { tokens } of await sampler.sample(parameters, n, stream(5))) {
      counts.set(String(tokens), (counts.get(String(tokens)) ?? 0) + 1);
    }
    await sampler.close();
    let chiSquare = 0;
    let total = 0;
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 4; b++) {
        if (a === b) continue;
        for (let c = 0; c < 2; c++) {
          if (!small.allowed([a, b])[c]) continue;
          const expected = n * Math.exp(reference(parameters, [a, b, c]).reduce((x, y) => x + y));
          total += counts.get(String([a, b, c])) ?? 0;
          chiSquare += ((counts.get(String([a, b, c])) ?? 0) - expected) ** 2 / expected;
        }
      }
    }
    expect(total).toBe(n);
    expect(chiSquare).toBeLessThan(36.1); // 99.9% of χ² with 14 degrees of freedom
  });

  it('depends on the stream alone', async () => {
    const one = new Sampler(shape, small);
    const other = new Sampler(shape, small);
    const twice = [await one.sample(parameters, 5, stream(6)), await other.sample(parameters, 5, stream(6))];
    expect(twice[0]).toEqual(twice[1]);
    expect(await one.sample(parameters, 5, stream(7))).not.toEqual(twice[0]);
    await one.close();
    await other.close();
  });
});

describe('draw', () => {
  it('takes the token at that place of the cumulative distribution', () => {
    const distribution = maskedLogSoftmax([5, 0, Math.log(3), 9], [false, true, true, false]);
    expect([...distribution].map(Math.exp)).toBeAllclose([0, 0.25, 0.75, 0]);
    expect([0, 0.2, 0.3, 0.999, 1].map((u) => draw(distribution, u))).toEqual([1, 1, 2, 2, 2]);
  });

  it('refuses a distribution without tokens', () => {
    expect(() => draw(maskedLogSoftmax([1, 2], [false, false]), 0.5)).toThrow(/no token is allowed/);
  });
});
