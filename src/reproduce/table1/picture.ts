import { intervalChart } from '../../plot/index.ts';
import type { Table1Data, Table1Row } from './table1.ts';

const REFERENCE = 'Momentum';

/** Final test accuracies here and in the paper, in the order of those here, with Momentum's as a line. */
export function table1Picture({ task, protocol, seeds, known, found }: Table1Data): string {
  const place = ({ finalTest: { mean } }: Table1Row) => (Number.isNaN(mean) ? -1 : mean);
  const rows = [...known, ...found].sort((a, b) => place(b) - place(a));
  const groupOf = (row: Table1Row) => (known.includes(row) ? 'known' : 'found');
  const reference = known.find(({ name }) => name === REFERENCE) as Table1Row;
  const level = (x: number) => (Number.isNaN(x) ? {} : { level: { name: REFERENCE, x } });
  const bars = seeds.length < 3 ? '' : 'bars: 95 % intervals; ';
  const drawn =
    seeds.length === 1
      ? 'One seed.'
      : `Symbols: means of ${seeds.length} seeds; ${bars}faint dots: single seeds.`;
  return intervalChart({
    title: `Twenty optimizers on ${task}`,
    subtitle: `Protocol ${protocol}. ${drawn}`,
    label: 'test accuracy at the end, %',
    groups: [
      { name: 'known', symbol: 'square' },
      { name: 'found', symbol: 'circle' },
    ],
    panels: [
      {
        title: 'here',
        ...level(100 * reference.finalTest.mean),
        rows: rows.map((row) => {
          const { mean, values, interval } = row.finalTest;
          const ends = interval === null ? {} : { low: 100 * interval.low, high: 100 * interval.high };
          const points = values.length === 1 ? [] : values.map((value) => 100 * value);
          return { name: row.name, group: groupOf(row), value: 100 * mean, ...ends, points };
        }),
      },
      {
        title: 'the paper, in the same order',
        ...level(reference.paper.finalTest),
        rows: rows.map((row) => ({ name: row.name, group: groupOf(row), value: row.paper.finalTest })),
      },
    ],
  });
}
