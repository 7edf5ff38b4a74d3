import { describe, expect, it } from 'vitest';
import { engines } from '../../test/support/engines.ts';
import { stream } from '../random/index.ts';
import {
  add,
  addAll,
  concat,
  createSession,
  evaluateFloat64,
  exp,
  gradients,
  input,
  jvp,
  logSoftmax,
  matmul,
  mul,
  neg,
  type Shape,
  sigmoid,
  slice,
  stopGradient,
  sub,
  sum,
  type Tensor,
  tanh,
  vjp,
} from './index.ts';
import { optimize } from './simplify/optimize.ts';

const [batch, hidden, classes, steps] = [3, 4, 5, 4];
const shapes: Record<string, Shape> = {
  embedding: [classes, hidden],
  kernel: [hidden, 4 * hidden],
  recurrent: [hidden, 4 * hidden],
  bias: [4 * hidden],
  head: [hidden, classes],
};
const parameters = Object.entries(shapes).map(([name, shape]) => input(name, shape));
const directions = Object.entries(shapes).map(([name, shape]) => input(`${name} direction`, shape));
const logits = lstm(parameters, input('tokens', [steps * batch, classes]));

/** An LSTM with every structure that the rewrites know: slices that tile, shared weights, stacked steps. */
function lstm([embedding, kernel, recurrent, bias, head]: readonly Tensor[], tokens: Tensor): Tensor {
  const gates = add(matmul(matmul(tokens, embedding!), kernel!), bias!);
  const outputs: Tensor[] = [];
  let cell: Tensor | undefined;
  for (let step = 0; step < steps; step++) {
    const previous = outputs.at(-1);
    const now = slice(gates, 0, step * batch, (step + 1) * batch);
    const z = previous === undefined ? now : add(matmul(previous, recurrent!), now);
    const part = (k: number) => slice(z, 1, k * hidden, (k + 1) * hidden);
    const fresh = mul(sigmoid(part(0)), tanh(part(3)));
    cell = cell === undefined ? fresh : add(mul(sigmoid(part(1)), cell), fresh);
    outputs.push(mul(sigmoid(part(2)), tanh(cell)));
  }
  return matmul(concat(outputs, 0), head!);
}

/** Jᵀ·F·J·v with F = diag(p) − p·pᵀ, the Fisher matrix of the softmax. */
function fisherByJacobians(): Tensor[] {
  const [jv] = jvp([logits], parameters, directions);
  const p = exp(logSoftmax(logits));
  const weighted = mul(p, jv!);
  const total = sum(weighted, { axes: [1], keepDims: true });
  return vjp([logits], [sub(weighted, mul(p, total))], parameters);
}

/** The same as the second derivative of the KL divergence from the distribution itself. */
function fisherByDivergence(): Tensor[] {
  const logP = logSoftmax(logits);
  const divergence = neg(sum(mul(stopGradient(exp(logP)), sub(logP, stopGradient(logP)))));
  const along = addAll(gradients(divergence, parameters).map((g, i) => sum(mul(g, directions[i]!))));
  return gradients(along, parameters);
}

function draw(): Record<string, Float32Array> {
  const random = stream(1, 'lstm');
  const names = [...Object.entries(shapes), ['tokens', [steps * batch, classes]] as const];
  const feeds: Record<string, Float32Array> = {};
  for (const [name, shape] of names) {
    const length = shape.reduce((a, b) => a * b, 1);
    feeds[name] = Float32Array.from({ length }, () => random.normal());
    if (name !== 'tokens') feeds[`${name} direction`] = Float32Array.from({ length }, () => random.normal());
  }
  return feeds;
}

describe('an LSTM', () => {
  const feeds = draw();
  const products = fisherByJacobians();
  const reference = evaluateFloat64(products, feeds);

  it('has the same Fisher–vector product as Jᵀ F J v and as a second derivative', () => {
    evaluateFloat64(fisherByDivergence(), feeds).forEach((values, i) => {
      expect(values).toBeAllclose(reference[i]!, { rtol: 1e-9, atol: 1e-12 });
    });
  });

  it('has it simplified too', () => {
    evaluateFloat64(optimize(products), feeds).forEach((values, i) => {
      expect(values).toBeAllclose(reference[i]!, { rtol: 1e-9, atol: 1e-12 });
    });
  });

  it.each(engines)('has it by %s', async (engine) => {
    const names = Object.keys(shapes);
    const session = await createSession(
      Object.fromEntries(products.map((product, i) => [names[i]!, product])),
      engine,
    );
    const computed = await session.run(feeds);
    await session.close();
    names.forEach((name, i) => {
      const scale = Math.max(...reference[i]!.map(Math.abs));
      expect(computed[name]).toBeAllclose(reference[i]!, { rtol: 1e-4, atol: 2e-6 * scale });
    });
  });
});
