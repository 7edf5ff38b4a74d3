import { describe, expect, it } from 'vitest';
import { evaluateFloat64 } from '../graph/index.ts';
import { buildClassifier, openMasks } from '../nn/index.ts';
import { stream } from '../random/index.ts';
import { wideResnet } from './wide-resnet.ts';

// Whole, with strides, shortcuts and masks; test/wide-resnet-parity.test.ts sets it beside PyTorch.
describe.each([0, 0.3])('the gradient of a Wide ResNet with dropout %d', (dropout) => {
  const network = wideResnet({ depth: 10, widening: 1, classes: 3, dropout });
  const model = buildClassifier({ network, inputShape: [3, 4, 4], classes: 3, batchSize: 2 });
  const normals = (label: string, length: number) => {
    const numbers = stream(3, label);
    return Float64Array.from({ length }, () => numbers.normal());
  };
  const weights = normals('weights', model.size).map((x) => 0.3 * x);
  const feeds = {
    inputs: normals('inputs', 2 * 3 * 4 * 4),
    targets: [1, 0, 0, 0, 0, 1],
    buffers: model.initialBuffers(),
    ...openMasks(model.masks)({ seed: 1, step: 0, examples: Uint32Array.of(0, 1) }),
  };

  it('is that of central differences, in every parameter', () => {
    const [gradient] = evaluateFloat64([model.training.gradient!], { ...feeds, weights });
    const loss = (w: Float64Array) =>
      evaluateFloat64([model.training.loss!], { ...feeds, weights: w })[0]![0]!;
    for (const { name, offset, size } of model.parameters) {
      const direction = normals(name, size);
      const moved = (by: number) => {
        const w = weights.slice();
        direction.forEach((d, i) => {
          w[offset + i]! += by * d;
        });
        return loss(w);
      };
      const slope = (moved(1e-6) - moved(-1e-6)) / 2e-6;
      const along = direction.reduce((sum, d, i) => sum + d * gradient![offset + i]!, 0);
      expect([name, Math.abs(along - slope) <= 1e-5 * Math.abs(slope) + 1e-8]).toEqual([name, true]);
    }
  });
});
