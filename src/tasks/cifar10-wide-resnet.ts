import * as z from 'zod';
import { cropAndFlip, openCifar10 } from '../data/index.ts';
import { stream } from '../random/index.ts';
import { defineTask } from './define.ts';
import { defineFamily } from './family.ts';
import { isDepth, wideResnet } from './wide-resnet.ts';

/** Pixels that an image may move (Zagoruyko & Komodakis 2016, §3). */
const MARGIN = 4;

/**
 * The large network of NOS §5.2, on all 45,000 training images of CIFAR-10. The defaults are the published network's:
 * depth 28, widening 10, batches of 128, crops and flips, weight decay 5·10⁻⁴.
 */
export const cifar10WideResnet = defineFamily({
  name: 'cifar10-wide-resnet',
  options: {
    /** 6·n + 4. */
    depth: z.int().refine(isDepth, { message: 'expected 6·n + 4 (10, 16, 22, 28, …)' }).default(28),
    widening: z.int().min(1).max(20).default(10),
    batch: z.int().positive().max(1_000).default(128),
    augment: z.enum(['crop-flip', 'none']).default('crop-flip'),
    weightDecay: z.number().min(0).lt(1).default(5e-4),
    dropout: z.number().min(0).lt(1).default(0),
  },
  create: (name, { depth, widening, batch, augment, weightDecay, dropout }) =>
    defineTask({
      name,
      description: `CIFAR-10, Wide ResNet ${depth}-${widening} (NOS §5.2; Zagoruyko & Komodakis 2016)`,
      dataSet: 'cifar10',
      load: openCifar10,
      inputShape: [3, 32, 32],
      classes: 10,
      batchSize: batch,
      trainExamples: 45_000,
      network: wideResnet({ depth, widening, classes: 10, dropout }),
      weightDecay,
      ...(augment === 'crop-flip' && {
        augment: (images, { seed, step }) =>
          cropAndFlip(images, [3, 32, 32], MARGIN, stream(seed, 'augment', step)),
      }),
    }),
});
