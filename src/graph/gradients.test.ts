import { describe, expect, it } from 'vitest';
import {
  add,
  evaluateFloat64,
  exp,
  gradients,
  heaviside,
  input,
  jvp,
  matmul,
  maximum,
  mul,
  relu,
  scalar,
  stopGradient,
  sum,
  type Tensor,
  tanh,
  vjp,
} from './index.ts';
import { topologicalOrder } from './topology.ts';

const x = input('x', [3]);
const feeds = { x: [0.5, -1, 2], y: [1, 2, 3] };
const value = (tensor: Tensor) => [...evaluateFloat64([tensor], feeds)[0]!];

describe('gradients', () => {
  it('adds up over all uses', () => {
    const [dx] = gradients(sum(add(mul(x, x), x)), [x]);
    expect(value(dx!)).toEqual([2, -1, 5]);
  });

  it('is zero where nothing depends', () => {
    const [dx, dy] = gradients(sum(x), [x, input('y', [3])]);
    expect([value(dx!), value(dy!)]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });

  it('stops at stopGradient and heaviside', () => {
    const [dx] = gradients(sum(add(mul(stopGradient(x), x), heaviside(x))), [x]);
    expect(value(dx!)).toEqual(feeds.x);
  });

  it('takes the derivative by a node inside the graph', () => {
    const inner = exp(x);
    const [dInner] = gradients(sum(mul(inner, inner)), [inner]);
    expect(value(dInner!)).toBeAllclose(feeds.x.map((v) => 2 * Math.exp(v)));
  });

  it('goes on below a node asked for', () => {
    const inner = mul(x, scalar(3));
    const [dInner, dx] = gradients(sum(mul(inner, inner)), [inner, x]);
    expect(value(dx!)).toEqual(value(dInner!).map((v) => 3 * v));
  });

  it('has third derivatives', () => {
    let y: Tensor = sum(mul(x, mul(x, mul(x, x))));
    for (let order = 0; order < 3; order++) y = sum(gradients(y, [x])[0]!);
    expect(value(y)).toBeAllclose([24 * (0.5 - 1 + 2)]);
  });

  it('is 0 for relu at 0 and ½ for maximum at a tie', () => {
    const at = input('at', [1]);
    const of = (y: Tensor) => evaluateFloat64(gradients(sum(y), [at]), { at: [0] })[0]![0];
    expect(of(relu(at))).toBe(0);
    expect(of(maximum(at, scalar(0)))).toBe(0.5);
  });

  it('builds only what is asked for', () => {
    const a = input('a', [2, 3]);
    const b = input('b', [3, 4]);
    const [db] = gradients(sum(matmul(a, b)), [b]);
    expect(topologicalOrder([db!])).not.toContain(b);
  });

  it('differentiates a deep graph', () => {
    let deep: Tensor = x;
    for (let i = 0; i < 20_000; i++) deep = add(deep, scalar(0));
    expect(value(gradients(sum(deep), [x])[0]!)).toEqual([1, 1, 1]);
  });

  it('refuses what is not a scalar', () => {
    expect(() => gradients(x, [x])).toThrow('gradients: expected a scalar, got shape [3]');
  });
});

describe('vjp', () => {
  it('adds several outputs', () => {
    const [dx] = vjp([mul(x, x), x], [input('y', [3]), scalar3(10)], [x]);
    expect(value(dx!)).toEqual([11, 6, 22]);
  });

  it('checks the cotangents', () => {
    expect(() => vjp([x], [], [x])).toThrow('vjp: expected 1 vectors, got 0');
    expect(() => vjp([x], [scalar(1)], [x])).toThrow('vjp: expected vector 0 of shape [3], got []');
  });
});

describe('jvp', () => {
  it('is J·v, free of the auxiliary cotangent', () => {
    const y = tanh(x);
    const [tangent] = jvp([y], [x], [input('y', [3])]);
    expect(value(tangent!)).toBeAllclose(feeds.x.map((v, i) => feeds.y[i]! * (1 - Math.tanh(v) ** 2)));
  });

  it('is zero where nothing depends', () => {
    expect(value(jvp([scalar3(2)], [x], [x])[0]!)).toEqual([0, 0, 0]);
  });

  it('checks the tangents', () => {
    expect(() => jvp([x], [x], [scalar(1)])).toThrow('jvp: expected vector 0 of shape [3], got []');
  });
});

function scalar3(v: number): Tensor {
  return add(scalar(v), mul(scalar(0), input('y', [3])));
}
