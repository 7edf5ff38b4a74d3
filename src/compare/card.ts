import type { Evaluation } from '../evaluate/index.ts';
import { type Expression, latexRule, operations, printRule, resolveRule } from '../rules/index.ts';
import { taskTitle } from '../tasks/index.ts';
import type { Comparison } from './comparison.ts';
import { type Contestant, contestant } from './contestant.ts';
import { type Course, coursePicture } from './picture.ts';
import type { ComparisonPlan } from './plan.ts';

/** A rule, told to people. */
export interface RuleDescription extends Contestant {
  /** As it was written, or as the catalogue writes it. */
  readonly text: string;
  readonly latex: string;
  /** The operations that it is made of, by their symbols where they have one, in the order of the table of operations. */
  readonly parts: readonly { readonly name: string; readonly summary: string }[];
}

/** @throws NosError `bad-rule`, `unknown-name`. */
export function describeRule(textOrName: string): RuleDescription {
  const expression = resolveRule(textOrName);
  const used = new Set(namesIn(expression));
  return {
    ...contestant(textOrName),
    text: printRule(expression),
    latex: latexRule(expression),
    parts: [...operations.values()]
      .filter(({ name }) => used.has(name))
      .map(({ name, notation, summary }) => ({ name: notation?.symbol ?? name, summary })),
  };
}

/** Of every leaf and call. */
function namesIn(e: Expression): readonly string[] {
  if (e.kind === 'literal') return [];
  return e.kind === 'leaf' ? [e.name] : [e.name, ...e.args.flatMap(namesIn)];
}

/**
 * How accuracy grows over the epochs of the final trainings, and how it depends on the learning rate in the sweeps: SVG texts by
 * the names of their files. One in which nothing could be drawn, as everything diverged, is not there.
 */
export function coursePictures(
  plan: ComparisonPlan,
  { protocol, seeds }: Comparison,
  evaluations: readonly Evaluation[],
): Readonly<Record<string, string>> {
  const runs = `protocol ${protocol}, ${seeds.length} seeds: means, and bands from the least to the greatest`;
  const panelsOf = (pointsOf: (evaluation: Evaluation) => readonly (readonly [number, number])[]) =>
    plan.tasks
      .map((task) => ({
        task,
        courses: plan.contestants
          .map(({ name, key }): Course => {
            const own = evaluations.filter((one) => one.key === key && one.task === task);
            return { name, seeds: own.map((one) => pointsOf(one).filter(([, y]) => Number.isFinite(y))) };
          })
          .filter(({ seeds: lines }) => lines.some((line) => line.length > 0)),
      }))
      .filter(({ courses }) => courses.length > 0);
  const curves = panelsOf(({ curve }) => curve.map((accuracy, i) => [i + 1, accuracy] as const));
  const sweeps = panelsOf(({ sweep }) => sweep.map((point) => [point.learningRate, point.accuracy] as const));
  const pictures: Record<string, string> = {};
  if (curves.length > 0) {
    const title = 'Learning curves';
    const subtitle = `Final trainings, ${runs}.`;
    const x = { label: 'epoch', ticks: epochTicks(evaluations) };
    pictures['curves.svg'] = coursePicture({ title, subtitle, x }, curves);
  }
  if (sweeps.length > 0) {
    const title = 'Sensitivity to the learning rate';
    const subtitle = `Sweeps, ${runs}. A gap: every training diverged.`;
    const x = { label: 'learning rate', scale: 'log' } as const;
    pictures['learning-rates.svg'] = coursePicture({ title, subtitle, x }, sweeps);
  }
  return pictures;
}

/** Whole epochs, ten of them at most. */
function epochTicks(evaluations: readonly Evaluation[]): readonly number[] {
  const last = Math.max(...evaluations.map(({ curve }) => curve.length));
  const step = Math.ceil(last / 10);
  return Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
}

/** What the text of a card is made of. */
export interface CardContents {
  readonly rule: RuleDescription;
  readonly comparison: Comparison;
  /** Files of pictures that lie beside the text, and what they show. */
  readonly pictures: readonly string[];
  /** ISO 8601, of the day on which it was made. */
  readonly date: string;
  /** The command that makes it again. */
  readonly command: string;
}

const CAPTIONS: Readonly<Record<string, string>> = {
  'comparison.svg': 'Means with 95 % intervals',
  'curves.svg': 'Learning curves',
  'learning-rates.svg': 'Sensitivity to the learning rate',
};

/** The transfer card of a rule, as Markdown. */
export function cardText({ rule, comparison, pictures, date, command }: CardContents): string {
  const { tasks, protocol, seeds, fingerprint, version, reference, power } = comparison;
  const title = rule.names[0] ?? rule.name;
  return [
    `# Transfer card: ${inline(title)}`,
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
    ...tasks.flatMap(({ task, rows }) => [
      `## On ${taskTitle(task)}`,
      markdownTable(
        [
          'rule',
          'mean score',
          `less ${reference}`,
          'p, Holm',
          'P(better)',
          'decades',
          'slots',
          'ms/step',
          'verdict',
        ],
        rows.map((row) => {
          const own = row.key === rule.key;
          const slots = comparison.rules.find(({ key }) => key === row.key)?.slots;
          const cells = [
            code(row.name),
            figure(row.mean) + interval(row.interval),
            row.difference ? figure(row.difference.mean) + interval(row.difference.interval) : '',
            row.permutation ? row.permutation.adjusted.toFixed(4) : '',
            row.superiority?.toFixed(2) ?? '',
            row.range ? (row.range.open ? '≥ ' : '') + row.range.decades.toFixed(1) : '—',
            String(slots),
            figure(row.millisecondsPerStep, 2),
            row.verdict + (row.diverged > 0 ? `, ${row.diverged}/${seeds.length} diverged` : ''),
          ];
          return own ? cells.map((cell) => (cell === '' ? cell : `**${cell}**`)) : cells;
        }),
      ),
    ]),
    ...pictures.map((file) => `![${CAPTIONS[file] ?? file}](${file})`),
    '## How to read it',
    [
      `* The task's score on validation examples, accuracy where it classifies; in brackets 95 % bootstrap intervals over ${seeds.length} seeds, the same ones for every rule.`,
      `* p: paired permutation test of the difference to ${reference}, corrected for all ${power.tests} tests of this card; with so many seeds it is ${power.smallestAdjusted} at least.`,
      '* P(better): the probability that one training is better than one of the reference, a tie being half.',
      '* decades: how far the learning rate may be off and stay within 1 % of the best, in powers of ten.',
      '* ms/step: a training step with everything, as measured while training; it depends on what else the machine did.',
    ].join('\n'),
    '## Provenance',
    markdownTable(
      ['', ''],
      [
        ['protocol', protocol],
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

/** `1 … 10`, or each. */
function seedsText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const inOrder = seeds.length > 2 && seeds.every((seed, i) => seed === first + i);
  return inOrder ? `${first} … ${seeds.at(-1)}` : seeds.join(', ');
}

const figure = (value: number, places = 4): string => (Number.isFinite(value) ? value.toFixed(places) : '—');

const interval = (ends: { readonly low: number; readonly high: number } | null): string =>
  ends === null ? '' : ` [${figure(ends.low)}, ${figure(ends.high)}]`;

/** A bar would end a cell. */
const escaped = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => `\`${escaped(text)}\``;
/** A title may hold a rule's text, with stars that are no emphasis. */
const inline = (title: string): string => (/^[\w-]+$/.test(title) ? title : `\`${title}\``);

function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), `|${titles.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}
