import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../random/index.ts';
import {
  add,
  createSession,
  evaluateFloat64,
  gradients,
  heaviside,
  input,
  logSoftmax,
  matmul,
  mean,
  mul,
  relu,
  type Session,
  scalar,
  slice,
  sum,
  type Tensor,
  tanh,
} from './index.ts';

/** Two layers and their gradients: [batch 7, features 5] → 11 → 3. */
function network(): Record<string, Tensor> {
  const x = input('x', [7, 5]);
  const targets = input('targets', [7, 3]);
  const weights = [input('w1', [5, 11]), input('b1', [11]), input('w2', [11, 3])] as const;
  const hidden = relu(add(matmul(x, weights[0]), weights[1]));
  const logits = matmul(tanh(hidden), weights[2]);
  const loss = mean(sum(mul(logSoftmax(logits), targets), { axes: [1] }));
  const [w1, b1, w2] = gradients(loss, weights);
  return { loss, w1: w1!, b1: b1!, w2: w2! };
}

function draw(session: Session): Record<string, Float32Array> {
  const random = stream(1, 'session');
  const arrays = session.inputs.map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, Float32Array.from({ length: size }, () => random.normal())] as const;
  });
  return Object.fromEntries(arrays);
}

describe('a session', () => {
  let session: Session;
  let feeds: Record<string, Float32Array>;
  beforeAll(async () => {
    session = await createSession(network());
    feeds = draw(session);
  });
  afterAll(() => session.close());

  it('lists inputs and outputs', () => {
    expect(session.inputs).toContainEqual({ name: 'w1', shape: [5, 11] });
    expect(session.outputs.map(({ name }) => name)).toEqual(['loss', 'w1', 'b1', 'w2']);
    expect(session.outputs[0]).toEqual({ name: 'loss', shape: [] });
  });

  it('computes what the float64 evaluator computes', async () => {
    const graph = network();
    const expected = evaluateFloat64(Object.values(graph), feeds);
    const computed = await session.run(feeds);
    Object.keys(graph).forEach((name, i) => {
      expect(computed[name]).toBeAllclose(expected[i]!, { rtol: 1e-5, atol: 1e-6 });
    });
  });

  it('gives the same bits in every run and every session', async () => {
    const first = await session.run(feeds);
    const other = await createSession(network());
    for (let i = 0; i < 5; i++) {
      expect(await session.run(feeds)).toEqual(first);
      expect(await other.run(feeds)).toEqual(first);
    }
    await other.close();
  });

  it('writes into the results handed in, and into no other memory', async () => {
    const memory = new Float32Array(60).fill(-7);
    const w1 = memory.subarray(2, 57);
    const fresh = await session.run(feeds);
    const computed = await session.run(feeds, { w1 });
    expect(computed.w1).toBe(w1);
    expect(w1).toEqual(fresh.w1);
    expect([...memory.subarray(0, 2), ...memory.subarray(57)]).toEqual([-7, -7, -7, -7, -7]);
    expect(computed.b1).toEqual(fresh.b1);
  });

  it('gives fresh memory for results not handed in', async () => {
    const first = await session.run(feeds);
    const copy = first.w1!.slice();
    await session.run({ ...feeds, x: new Float32Array(35) });
    expect(first.w1).toEqual(copy);
  });

  it('sees changes made in place to an array fed before', async () => {
    const x = feeds.x!.slice();
    const before = await session.run({ ...feeds, x });
    x.fill(0);
    expect(await session.run({ ...feeds, x })).toEqual(
      await session.run({ ...feeds, x: new Float32Array(35) }),
    );
    x.set(feeds.x!);
    expect(await session.run({ ...feeds, x })).toEqual(before);
  });

  it('refuses feeds and results that do not fit', async () => {
    const { w1, ...missing } = feeds;
    await expect(session.run(missing)).rejects.toThrow("session: input 'w1' has no value");
    await expect(session.run({ ...feeds, w1: w1!.subarray(1) })).rejects.toThrow(
      "session: input 'w1' has shape [5, 11]: expected 55 numbers, got 54",
    );
    await expect(session.run({ ...feeds, w3: w1! })).rejects.toThrow(
      "session: no input 'w3'; known: x, w1, b1, w2, targets",
    );
    await expect(session.run(feeds, { w3: new Float32Array(1) })).rejects.toThrow(
      "session: no output 'w3'; known: loss, w1, b1, w2",
    );
    await expect(session.run(feeds, { w1: new Float32Array(3) })).rejects.toThrow(
      "session: output 'w1' has shape [5, 11]: expected 55 numbers, got 3",
    );
  });

  it('refuses results that overlap a feed or each other', async () => {
    await expect(session.run(feeds, { w1: feeds.w1! })).rejects.toThrow(
      "session: result 'w1' overlaps 'w1' in memory",
    );
    const memory = new Float32Array(60);
    const results = { w1: memory.subarray(0, 55), b1: memory.subarray(49) };
    await expect(session.run(feeds, results)).rejects.toThrow("session: result 'w1' overlaps 'b1' in memory");
  });
});

describe('createSession', () => {
  const run = async (outputs: Record<string, Tensor>, feeds: Record<string, Float32Array>) => {
    const session = await createSession(outputs);
    const computed = await session.run(feeds);
    await session.close();
    return computed;
  };

  it('takes an output that is an input, a constant, or another output too', async () => {
    const x = input('x', [2]);
    const doubled = mul(x, scalar(2));
    const values = { x: Float32Array.of(1, 2) };
    expect(await run({ x, one: scalar(1), a: doubled, b: doubled }, values)).toEqual({
      x: Float32Array.of(1, 2),
      one: Float32Array.of(1),
      a: Float32Array.of(2, 4),
      b: Float32Array.of(2, 4),
    });
  });

  it('takes one input made twice, and refuses two of one name', async () => {
    const twice = add(input('x', [2]), input('x', [2]));
    expect(await run({ twice }, { x: Float32Array.of(1, 2) })).toEqual({ twice: Float32Array.of(2, 4) });
    await expect(createSession({ y: add(input('x', [2]), input('x', [1])) })).rejects.toThrow(
      "session: input 'x' has shapes [2] and [1]",
    );
  });

  it('keeps names apart from its own', async () => {
    const odd = input('Mul 0.0', [1]);
    const computed = await run({ 'constant 0': mul(odd, scalar(3)) }, { 'Mul 0.0': Float32Array.of(5) });
    expect(computed).toEqual({ 'constant 0': Float32Array.of(15) });
  });

  it('has an exact heaviside for normal numbers, and passes NaN on', async () => {
    const least = 2 ** -126;
    const numbers = [0, -0, least, -least, 1e-30, 1, -1, 3e38, -3e38, Infinity, -Infinity, NaN];
    const y = heaviside(input('x', [numbers.length]));
    const feeds = { x: Float32Array.from(numbers) };
    const [reference] = evaluateFloat64([y], feeds);
    expect([...(await run({ y }, feeds)).y!].map(Math.abs)).toEqual([...reference!]);
  });

  it('runs sessions side by side', async () => {
    const x = input('x', [4]);
    const results = await Promise.all(
      [1, 2, 3].map((k) => run({ y: slice(mul(x, scalar(k)), 0, 1, 3) }, { x: Float32Array.of(1, 2, 3, 4) })),
    );
    expect(results.map(({ y }) => [...y!])).toEqual([
      [2, 3],
      [4, 6],
      [6, 9],
    ]);
  });

  it('refuses to run when closed', async () => {
    const session = await createSession({ y: input('x', [1]) });
    await session.close();
    await expect(session.run({ x: Float32Array.of(1) })).rejects.toThrow();
  });
});

describe('evaluateFloat64', () => {
  it('checks its feeds', () => {
    const x = input('x', [2]);
    expect(() => evaluateFloat64([x], {})).toThrow("input 'x' has no value");
    expect(() => evaluateFloat64([x], { x: [1] })).toThrow("input 'x': expected 2 numbers, got 1");
  });

  it('gives memory of its own', () => {
    const x = input('x', [2]);
    const feed = Float64Array.of(1, 2);
    const [a, b] = evaluateFloat64([x, x], { x: feed });
    a!.fill(0);
    expect([...feed, ...b!]).toEqual([1, 2, 1, 2]);
  });
});
