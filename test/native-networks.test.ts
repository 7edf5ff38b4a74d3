import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluateFloat64 } from '../src/graph/index.ts';
import { nativeVariants, openVariant, temporaryFolder } from './graph/native-variants.ts';
import { bitsOf, plausibleFeeds, smallNetworks } from './graph/networks.ts';

/*
 * One training step of every network of the tasks: the same bits by each instruction set and compiler of this machine, and those of
 * float64 but for rounding.
 */

const { folder, remove } = await temporaryFolder();
const [first, ...others] = await nativeVariants(folder);
afterAll(remove);

describe.skipIf(first === undefined).each(smallNetworks)('a step of $name', ({ build }) => {
  let feeds: Record<string, Float32Array> = {};
  let computed: Record<string, Float32Array> = {};
  let model: Awaited<ReturnType<typeof build>>;
  const step = async (variant: typeof first) => {
    const session = await openVariant(model.plain().training, variant!);
    feeds = plausibleFeeds(model, session);
    const results = await session.run(feeds);
    expect(bitsOf(await session.run(feeds)), 'the same again').toBe(bitsOf(results));
    await session.close();
    return results;
  };
  beforeAll(async () => {
    model = await build();
    computed = await step(first);
  });

  it('is that of float64 but for rounding', () => {
    const graph = model.plain().training;
    const reference = evaluateFloat64(Object.values(graph), feeds);
    Object.keys(graph).forEach((name, i) => {
      let [difference, whole] = [0, 0];
      reference[i]!.forEach((value, j) => {
        difference += (value - computed[name]![j]!) ** 2;
        whole += value ** 2;
      });
      // One rounding may turn off a ReLU, and with it a share of a gradient.
      expect(Math.sqrt(difference / whole), name).toBeLessThan(1e-4);
    });
  });

  it.each(others)('has the same bits by $name', async (variant) => {
    expect(bitsOf(await step(variant))).toBe(bitsOf(computed));
  });
});
