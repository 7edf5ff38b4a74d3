/**
 * How often the 95 % intervals hold the true value, as tables: `node bench/coverage.mjs`, after `npm run build`; two minutes.
 * Seeded, so that the same figures come each time.
 */
import { stream } from 'neural-optimizer-search/random';
import { blockedDifference, meanInterval } from 'neural-optimizer-search/statistics';
import { coverage, KINDS, serialCoverage } from './intervals.mjs';

const SIZES = [3, 5, 10, 20];
const TRIALS = 4_000;
/** Intervals of twenty values are taken over half a million ways to give them signs. */
const FEWER = 1_000;

const percent = (share) => (100 * share).toFixed(1);

console.log(
  `Means, per cent of the intervals that hold the true one; in brackets, of samples that have none.\n`,
);
console.log(`| values | ${SIZES.map((size) => `n = ${size}`).join(' | ')} |`);
console.log(`|---|${SIZES.map(() => '---').join('|')}|`);
for (const [name, kind] of Object.entries(KINDS)) {
  const cells = SIZES.map((size) => {
    const random = stream(1, 'coverage', name, size);
    const { held, given } = coverage(meanInterval, kind, size, size < 15 ? TRIALS : FEWER, random);
    return percent(held) + (given < 1 ? ` (${percent(1 - given)})` : '');
  });
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

const LENGTHS = [30, 40, 50, 66, 100];
console.log('\nEnds of learning curves, of so many rewards; rho: the correlation of neighbours.\n');
console.log(`| rho | ${LENGTHS.join(' | ')} |`);
console.log(`|---|${LENGTHS.map(() => '---').join('|')}|`);
for (const rho of [0, 0.3, 0.6]) {
  const cells = LENGTHS.map((size) => {
    const random = stream(1, 'serial', rho, size);
    return percent(serialCoverage(blockedDifference, rho, size, TRIALS, random).held);
  });
  console.log(`| ${rho} | ${cells.join(' | ')} |`);
}
