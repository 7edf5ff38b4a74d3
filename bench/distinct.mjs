/**
 * How many distinct rules the strings of spaces denote: `node bench/distinct.mjs [SPACE…]`, after `npm run build`. Counts the keys
 * of all strings, one by one: half a minute for the spaces of one iteration, a quarter of an hour for `quick/2`.
 */
import { decoder, findSpace, spaceSize, strings } from 'neural-optimizer-search/rules';

const COUNTED = ['quick/1', 'momentum/1', 'icml2017/1', 'arxiv2017/1', 'signs/1'];

const given = process.argv.slice(2);

for (const name of given.length > 0 ? given : COUNTED) {
  const space = findSpace(name);
  const { key } = decoder(space);
  const keys = new Set();
  for (const tokens of strings(space)) keys.add(key(tokens));
  const share = (100 * keys.size) / Number(spaceSize(space));
  console.log(`${space.name}: ${spaceSize(space)} strings, ${keys.size} rules, ${share.toFixed(2)} %`);
}
