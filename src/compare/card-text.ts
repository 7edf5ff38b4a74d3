import { markdownTable as table } from 'markdown-table';
import { environments, type Metric, NO_ENVIRONMENT, unusualText } from '../evaluation/index.ts';
import { taskTitle } from '../tasks/index.ts';
import type { CardPicture, RuleDescription } from './card.ts';
import type { ComparedRow, Comparison } from './comparison.ts';

/** What the text of a card is made of. */
export interface CardContents {
  readonly rule: RuleDescription;
  /** One per environment: of the same rules on the same tasks with the same seeds. */
  readonly results: readonly CardResult[];
  /** ISO 8601, of the day on which it was made. */
  readonly date: string;
  /** The command that makes it again. */
  readonly command: string;
}

/** What the rules do in one environment. */
export interface CardResult {
  readonly comparison: Comparison;
  /** Their files lie beside the text. */
  readonly pictures: readonly Pick<CardPicture, 'file' | 'caption'>[];
}

/**
 * The transfer card of a rule, as Markdown: a section per environment if there is any but `none`, and before them what the rule
 * does in each, where there are several.
 */
export function cardText({ rule, results, date, command }: CardContents): string {
  const [{ comparison }] = results as [CardResult];
  const { protocol, seeds, fingerprint, version } = comparison;
  const names = results.map((result) => environmentOf(result.comparison));
  const constrained = names.some((name) => name !== NO_ENVIRONMENT);
  return [
    ...ruleParts(rule),
    ...(results.length > 1 ? overview(rule, results) : []),
    ...results.flatMap((result) =>
      constrained ? environmentParts(rule, result) : resultParts(rule, result, '##'),
    ),
    '## How to read it',
    readingNotes(comparison, constrained).join('\n'),
    '## Provenance',
    markdownTable(
      ['', ''],
      [
        ['protocol', protocol],
        ...(constrained ? [[plural(names.length, 'environment'), names.join(', ')]] : []),
        ['seeds', seedsText(seeds)],
        ['fingerprint', code(fingerprint)],
        ['version', version],
        ['date', date],
        ['made by', code(command)],
      ],
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

const environmentOf = ({ environment = NO_ENVIRONMENT }: Comparison): string => environment;

function ruleParts(rule: RuleDescription): readonly string[] {
  return [
    `# Transfer card: ${inline(rule.names[0] ?? rule.name)}`,
    `    w ← w − λ·(${rule.text})`,
    `$$w \\leftarrow w - \\lambda \\left(${rule.latex}\\right)$$`,
    markdownTable(
      ['', ''],
      [
        ['canonical text', code(rule.rule)],
        ['key', code(rule.key)],
        ['names in the catalogue', rule.names.join(', ') || 'none'],
        ['memory', rule.slots === 0 ? 'none' : `${rule.slots} × the size of the weights`],
        ['arithmetic', `${rule.flopsPerWeight} operations per weight and step`],
      ],
    ),
    '## What it is made of',
    markdownTable(
      ['part', 'meaning'],
      rule.parts.map(({ name, summary }) => [code(name), escaped(summary)]),
    ),
  ];
}

/** The rule beside the reference of the same environment, a row for each environment and task. */
function overview(rule: RuleDescription, results: readonly CardResult[]): readonly string[] {
  const rows = results.flatMap(({ comparison }) =>
    comparison.tasks.map(({ task, score, rows: all }) => {
      const own = all.find(({ key }) => key === rule.key) as ComparedRow;
      const reference = all.find(({ verdict }) => verdict === 'reference') as ComparedRow;
      const where = [code(environmentOf(comparison)), titleOf(task, score)];
      return [
        ...where,
        meanCell(own, score),
        meanCell(reference, score),
        ...testCells(own, score),
        own.verdict,
      ];
    }),
  );
  const [{ comparison }] = results as [CardResult];
  const { reference } = comparison;
  const titles = [code(rule.name), `${reference} there`, `less ${reference}`, 'p, Holm', 'verdict'];
  return ['## In each environment', markdownTable(['environment', 'task', ...titles], rows)];
}

function environmentParts(rule: RuleDescription, result: CardResult): readonly string[] {
  const { name, description } = environments.find(environmentOf(result.comparison));
  return [`## Environment ${code(name)}`, sentence(description), ...resultParts(rule, result, '###')];
}

/** Tables and pictures of one environment. */
function resultParts(
  rule: RuleDescription,
  { comparison, pictures }: CardResult,
  level: string,
): readonly string[] {
  const { tasks, reference, rules } = comparison;
  const where = unusualText(comparison);
  const titles = ['rule', 'mean score', `less ${reference}`, 'p, Holm', 'P(better)', 'decades', 'slots'];
  return [
    ...tasks.flatMap(({ task, score, rows }) => [
      `${level} On ${taskTitle(task)}${where}`,
      ...(score ? [`The score is ${score.metric}: ${lowerOrHigher(score)} is better.`] : []),
      markdownTable(
        [...titles, 'ms/step', 'verdict'],
        rows.map((row) => {
          const cells = [
            code(row.name),
            meanCell(row, score),
            ...testCells(row, score),
            row.superiority?.toFixed(2) ?? '',
            row.range ? (row.range.open ? '≥ ' : '') + row.range.decades.toFixed(1) : '—',
            String(rules.find(({ key }) => key === row.key)?.slots),
            figure(row.millisecondsPerStep, 2),
            [row.verdict, ...remarks(row)].join(', '),
          ];
          return row.key === rule.key ? cells.map((cell) => (cell === '' ? cell : `**${cell}**`)) : cells;
        }),
      ),
    ]),
    ...pictures.map(({ file, caption }) => `![${caption}](${file})`),
  ];
}

const meanCell = (row: ComparedRow, score?: Metric): string =>
  unit(row.mean, score) + interval(row.interval, score);

/** What is out of the ordinary about the evaluations of a row. */
function remarks({ diverged, failed, edgeOfGrid, rewards }: ComparedRow): readonly string[] {
  const share = (count: number, what: string) => (count === 0 ? [] : [`${count}/${rewards.length} ${what}`]);
  return [...share(diverged, 'diverged'), ...share(failed, 'failed'), ...share(edgeOfGrid, '▲edge')];
}

/** The difference to the reference, and p. */
const testCells = ({ difference, permutation }: ComparedRow, score?: Metric): readonly string[] => [
  difference ? unit(difference.mean, score) + interval(difference.interval, score) : '',
  permutation ? permutation.adjusted.toFixed(4) : '',
];

function readingNotes({ seeds, reference, power }: Comparison, constrained: boolean): readonly string[] {
  return [
    `* The task's score on validation examples, accuracy where it classifies: the mean over ${seeds.length} ${plural(seeds.length, 'seed')}, the same for every rule${intervalsText(seeds.length)}.`,
    ...(constrained
      ? [
          `* An environment holds in every step, the sweep's too: each rule has the learning rate that suits it there, and stands beside ${reference} of the same environment, never of another.`,
        ]
      : []),
    `* p: paired permutation test of the difference to ${reference}, corrected for all ${power.tests} tests of this card; with so many seeds it is ${power.smallestAdjusted} at least.`,
    '* P(better): the probability that one training is better than one of the reference, a tie being half.',
    '* decades: how far the learning rate may be off and stay within 1 % of the best, in powers of ten.',
    '* ▲edge: the learning rate that was chosen is the smallest or the largest of the grid, so that a better one may lie outside.',
    '* ms/step: a training step with everything, as measured while training; it depends on what else the machine did.',
  ];
}

/** An interval is of one figure, p is of all. */
const intervalsText = (seeds: number): string =>
  seeds < 3
    ? ''
    : '; in brackets 95 % intervals, each of one mean or difference alone, so that one may leave out 0 where p, corrected for all, tells nothing apart';

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** `1 … 10`, or each. */
function seedsText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const inOrder = seeds.length > 2 && seeds.every((seed, i) => seed === first + i);
  return inOrder ? `${first} … ${seeds.at(-1)}` : seeds.join(', ');
}

const plural = (count: number, noun: string): string => (count === 1 ? noun : `${noun}s`);

const figure = (value: number, places = 4): string => (Number.isFinite(value) ? value.toFixed(places) : '—');

/** An accuracy with four places, another score with five digits. */
const unit = (value: number, score?: Metric): string => {
  if (score === undefined || !Number.isFinite(value)) return figure(value);
  return String(Number(value.toPrecision(5)));
};

const interval = (ends: { readonly low: number; readonly high: number } | null, score?: Metric): string =>
  ends === null ? '' : ` [${unit(ends.low, score)}, ${unit(ends.high, score)}]`;

const lowerOrHigher = ({ goal }: Metric): string => (goal === 'minimise' ? 'lower' : 'higher');

const titleOf = (task: string, score?: Metric): string =>
  score ? `${taskTitle(task)} (${score.metric}, ${lowerOrHigher(score)} is better)` : taskTitle(task);

/** A bar would end a cell. */
const escaped = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${escaped(text)}\``;
/** A title may hold a rule's text, with stars that are no emphasis. */
const inline = (title: string): string => (/^[\w-]+$/.test(title) ? title : `\`${title}\``);

const markdownTable = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  table([titles, ...rows], { alignDelimiters: false });
