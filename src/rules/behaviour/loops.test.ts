import { expect, it } from 'vitest';
import { stream } from '../../random/index.ts';
import { operations } from '../language/operations.ts';
import { elementLoops, randomLoops } from './loops.ts';

const special = [0, -0, 1, -1, 0.5, 1e-30, -1e-30, 1e30, Infinity, -Infinity, Number.NaN];
const random = stream(1, 'loops');
const drawn = Array.from({ length: 100 }, () => random.normal() * 10 ** (6 - 12 * random.uniform()));
const values = [...special, ...drawn];
const pairs = values.flatMap((x) => values.slice(0, 30).map((y) => [x, y] as const));

it.each([...operations.values()].filter(({ kind }) => kind === 'element' || kind === 'random'))(
  'the loop of $name means what its float64 says, in both precisions',
  (operation) => {
    const parameters = operation.parameters.length === 0 ? [] : [0.3];
    for (const Values of [Float64Array, Float32Array]) {
      const columns = [0, 1].map((k) => new Values(pairs.map((pair) => pair[k]!)));
      columns.push(columns[0]!.toReversed());
      const [x, y, z] = columns as [Float64Array, Float64Array, Float64Array];
      const out = new Values(pairs.length);
      const expected = new Values(pairs.length);
      if (operation.kind === 'element') {
        elementLoops[operation.name](out, columns, parameters);
        pairs.forEach((_, i) => {
          expected[i] = operation.float64([x[i]!, y[i]!, z[i]!], parameters);
        });
      } else if (operation.kind === 'random') {
        randomLoops[operation.name](out, columns, parameters);
        pairs.forEach((_, i) => {
          expected[i] = operation.float64(x[i]!, [y[i]!], parameters);
        });
      }
      expect(out).toEqual(expected);
    }
  },
);
