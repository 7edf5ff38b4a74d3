/**
 * How near the bound on the share of distinct rules comes to the share itself: `node bench/distinct.mjs`, after
 * `npm run build`. In spaces that can be counted, some of them in half a minute, prints both and their ratio.
 */
import { countDistinct, estimateDistinct, findSpace, spaceSize } from 'neural-optimizer-search/rules';

const three = { operands: ['g', 'm', 'adam'], unary: ['x', 'exp(x)', 'sign(x)'] };
const five = { operands: ['g', 'm', 'adam', 'v', 'rmsprop'] };
const signed = {
  operands: ['g', 'm'],
  unary: ['x', 'exp(x)', 'sign(x)', '-x'],
  binary: ['x + y', 'x - y', 'x * y', 'x'],
};
const constraints = ['distinct', 'reuse', 'no-final-add'];

const countable = [
  ['quick/1', {}],
  ['momentum/1', {}],
  ['icml2017/1', {}],
  ['icml2017/1', { constraints: ['distinct'] }],
  ['quick/2', three],
  ['quick/2', { ...three, constraints }],
  ['quick/2', signed],
  ['quick/2', { ...signed, constraints }],
  ['quick/2', { ...three, ...five }],
  ['quick/2', { ...five, unary: ['x', 'exp(x)', 'sign(x)', 'drop(x, 0.1)', 'clip(x, 1e-4)'] }],
  ['signs/2', {}],
  ['quick/3', { operands: ['g', 'm'], unary: ['x'], binary: ['x + y', 'x * y'] }],
  ['signs/3', { operands: ['g', 'm'], unary: ['x', 'exp(x)'], binary: ['x * y', 'x'] }],
];

const percent = (share) => `${(100 * share).toFixed(3)} %`;

for (const [name, options] of countable) {
  const space = findSpace(name, options);
  const { rules, share } = await countDistinct(space);
  const { atMost, error } = await estimateDistinct(space, { samples: 10_000, seed: 1 });
  const { operands, unary, binary } = space;
  const parts = `${operands.length}·${unary.length}·${binary.length} ${space.constraints.join(' ')}`.trim();
  console.log(
    `${space.name} (${parts}): ${spaceSize(space)} strings, ${rules} rules, ${percent(share)}; ` +
      `bound ${percent(atMost)} ± ${percent(error)}, ${(atMost / share).toFixed(2)} times as much`,
  );
}
