import { LEVEL, powerOf } from '../compare/index.ts';
import type { Evaluation } from '../evaluation/index.ts';
import { plural } from '../report/index.ts';
import { catalogue } from '../rules/index.ts';
import type { PairedComparison, SeedMean } from './scores.ts';

/** Writes a mean with its interval, `62.31 [61.90, 62.72]`, or with its two values, `62.31 (61.90, 62.72)`. */
export const valueText = (estimated: SeedMean): string => textOf(estimated, (value) => value.toFixed(2));

/** Writes a difference the same way: `+0.52 [+0.10, +0.94]`. */
export const differenceText = (difference: SeedMean): string => textOf(difference, signed);

function textOf({ mean: value, values, interval }: SeedMean, write: (value: number) => string): string {
  if (Number.isNaN(value)) return '—';
  const around = (interval === null ? [] : [interval.low, interval.high]).map(write).join(', ');
  if (around !== '') return `${write(value)} [${around}]`;
  return write(value) + (values.length === 2 ? ` (${values.map(write).join(', ')})` : '');
}

/** Writes an accuracy in per cent. */
export const percent = (accuracy: SeedMean): string => valueText(hundredfold(accuracy));

/** Writes a difference of accuracies in points. */
export const points = (difference: SeedMean): string => differenceText(hundredfold(difference));

/** Makes an estimate that is written as its mean alone. */
export const alone = (value: number): SeedMean => ({ mean: value, values: [], interval: null });

const hundredfold = ({ mean: value, values, interval }: SeedMean): SeedMean => ({
  mean: 100 * value,
  values: values.map((one) => 100 * one),
  interval: interval && { low: 100 * interval.low, high: 100 * interval.high },
});

const signed = (value: number): string => {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
};

/** Returns the text of a rule that may be a catalogue name. */
export const ruleText = (rule: string): string => catalogue.find(({ name }) => name === rule)?.text ?? rule;

/** Writes the learning rates that the sweeps of trainings chose, by seed. */
export const ratesText = (evaluations: readonly Evaluation[]): string =>
  evaluations
    .map(({ learningRate, edgeOfGrid }) =>
      Number.isNaN(learningRate) ? '—' : `${learningRate.toExponential()}${edgeOfGrid ? ' (edge)' : ''}`,
    )
    .join(', ');

/** Writes what went wrong: `1 diverged`; empty if nothing did. */
export function statusText(evaluations: readonly Evaluation[]): string {
  const bad = (['diverged', 'failed'] as const).flatMap((wanted) => {
    const count = evaluations.filter(({ status }) => status === wanted).length;
    return count === 0 ? [] : [`${count} ${wanted}`];
  });
  return bad.join(', ');
}

/** Says how the learning rates are chosen and how long the optimizers train. */
export const trainingText = (protocol: string, epochs: string): string =>
  `Protocol \`${protocol}\`: seven learning rates, 10⁻⁵ … 10 in decades, train for one epoch of at most 10,000 examples each; the best by validation
accuracy then trains from the start for ${epochs} of all training examples. Test accuracy chooses nothing.`;

/** Whether two optimizers are told apart, all tests of the page corrected together. */
export const isToldApart = ({ adjusted }: PairedComparison): boolean =>
  adjusted !== null && adjusted <= LEVEL;

/** Counts the rows that are tested: those with at least two pairs of seeds. */
export const testsOf = (rows: readonly PairedComparison[]): number =>
  rows.filter(({ p }) => p !== null).length;

/** Writes a corrected p-value; `—` if nothing is tested. */
export const adjustedText = ({ adjusted }: PairedComparison): string => adjusted?.toPrecision(2) ?? '—';

/** Says how sure a comparison is. */
export const sureText = (row: PairedComparison): string =>
  row.p === null ? 'not tested' : `${isToldApart(row) ? '' : 'not '}told apart by the test`;

/** The sizes of an experiment, and what its tests can show, as every page of trainings says them. */
export const pageTexts = (
  { epochs, seeds }: { readonly epochs: number; readonly seeds: readonly number[] },
  rows: readonly PairedComparison[],
  what: string,
  more = '',
) => ({
  epochs: plural(epochs, 'epoch'),
  seeds: plural(seeds.length, 'seed'),
  reading: readingText(rows, seeds.length, what, more),
  power: powerText(rows, seeds.length),
});

/**
 * Says how to read the tests and brackets of a page: empty if there are none.
 *
 * @param what Name of the rows, in the plural.
 */
export function readingText(
  rows: readonly PairedComparison[],
  seeds: number,
  what: string,
  more = '',
): string {
  const tests = testsOf(rows);
  const over =
    tests === rows.length
      ? `all ${tests} ${what}`
      : `the ${tests} of ${rows.length} ${what} that have two seeds or more`;
  return [
    ...(tests === 0
      ? []
      : [`p is of the paired permutation test, corrected by Holm's method over ${over}.${more}`]),
    ...(seeds === 2 ? ['Brackets hold the values of the two seeds: two are too few for an interval.'] : []),
    ...(seeds > 2
      ? ['Brackets hold 95 % intervals, each of one figure alone: they are not corrected as p is.']
      : []),
  ].join(' ');
}

/** Says what the tests of a page can show with a number of seeds. */
export function powerText(rows: readonly PairedComparison[], seeds: number): string {
  const tests = testsOf(rows);
  if (tests === 0) return 'Nothing is tested: a test takes two seeds or more.';
  const { smallestAdjusted, seedsNeeded } = powerOf(tests, seeds);
  const least = smallestAdjusted.toPrecision(2);
  if (smallestAdjusted <= LEVEL)
    return `${plural(seeds, 'seed')}, ${plural(tests, 'test')}: corrected, p can fall to ${least}.`;
  return `With ${seeds} seeds no test can tell anything apart: corrected, p is ${least} at best, and it takes ${seedsNeeded} seeds to fall below 5 %. Only the signs and the ${seeds < 3 ? 'values' : 'intervals'} can be read.`;
}
