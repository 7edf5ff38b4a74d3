import * as z from 'zod';
import { type Evaluation, regimeText, unusual, unusualText } from '../evaluation/index.ts';
import * as f from '../fields.ts';
import { type Expression, latexRule, operations, printRule, resolveRule } from '../rules/index.ts';
import type { ComparisonResult } from './compare.ts';
import { contestant, contestantSchema } from './contestant.ts';
import { type Course, comparisonPicture, coursePicture } from './picture.ts';
import type { ComparisonPlan } from './plan.ts';

export const ruleDescriptionSchema = contestantSchema.extend({
  text: f.text('the rule as it was written, or as the catalogue writes it'),
  latex: f.text('the rule as LaTeX'),
  // The order is that of the table of operations.
  parts: f.list(
    z.strictObject({ name: f.text('symbol or name'), summary: f.text('what it computes') }),
    'operations that the rule consists of',
  ),
});

/** A rule, told to people. */
export type RuleDescription = f.DataOf<typeof ruleDescriptionSchema>;

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

/** Names of every leaf and call of an expression. */
function namesIn(e: Expression): readonly string[] {
  if (e.kind === 'literal') return [];
  return e.kind === 'leaf' ? [e.name] : [e.name, ...e.args.flatMap(namesIn)];
}

/** A picture of a card, in a file beside its text. */
export interface CardPicture {
  /** `curves.svg`; of an environment `curves-4bit.svg`. */
  readonly file: string;
  /** What it shows. */
  readonly caption: string;
  /** SVG text. */
  readonly svg: string;
}

/**
 * The means, how accuracy grows over the epochs of the final trainings, and how it depends on the learning rate in the sweeps. One
 * in which nothing could be drawn, as everything diverged, is not there.
 */
export function cardPictures(plan: ComparisonPlan, result: ComparisonResult): readonly CardPicture[] {
  const { seeds } = plan;
  const suffix = Object.values(unusual(plan))
    .map((name) => `-${name}`)
    .join('');
  const named = (name: string, caption: string, svg: string): CardPicture => ({
    file: `${name}${suffix}.svg`,
    caption: caption + unusualText(plan),
    svg,
  });
  return [
    named(
      'comparison',
      seeds.length < 3 ? 'Means' : 'Means with 95 % intervals',
      comparisonPicture(result.comparison),
    ),
    ...coursesOf(plan, result).map(({ name, title, svg }) => named(name, title, svg)),
  ];
}

function coursesOf(plan: ComparisonPlan, { evaluations }: ComparisonResult) {
  const { seeds } = plan;
  const how = regimeText(plan);
  const runs = `${how}, ${seeds.length} seeds: means, and bands from the least to the greatest`;
  const panelsOf = (pointsOf: (evaluation: Evaluation) => readonly (readonly [number, number])[]) =>
    plan.tasks
      .map((task) => ({
        ...headOf(task),
        courses: plan.contestants
          .map(({ name, key }): Course => {
            const own = evaluations.filter((one) => one.key === key && one.task === task);
            return { name, seeds: own.map((one) => pointsOf(one).filter(([, y]) => Number.isFinite(y))) };
          })
          .filter(({ seeds: lines }) => lines.some((line) => line.length > 0)),
      }))
      .filter(({ courses }) => courses.length > 0);
  const headOf = (task: string) => {
    const { score } = evaluations.find((one) => one.task === task) ?? {};
    return { task, ...(score && { score }) };
  };
  const curves = panelsOf(({ curve }) => curve.map((accuracy, i) => [i + 1, accuracy] as const));
  const sweeps = panelsOf(({ sweep }) => sweep.map((point) => [point.learningRate, point.accuracy] as const));
  const courses = [
    {
      name: 'curves',
      title: 'Learning curves',
      subtitle: `Final trainings, ${runs}.`,
      x: { label: 'epoch', ticks: epochTicks(evaluations) },
      panels: curves,
    },
    {
      name: 'learning-rates',
      title: 'Sensitivity to the learning rate',
      subtitle: `Sweeps, ${runs}. A gap: every training diverged.`,
      x: { label: 'learning rate', scale: 'log' },
      panels: sweeps,
    },
  ] as const;
  return courses
    .filter(({ panels }) => panels.length > 0)
    .map(({ name, panels, ...heading }) => ({
      name,
      title: heading.title,
      svg: coursePicture({ ...heading, names: plan.contestants.map(({ name: rule }) => rule) }, panels),
    }));
}

/** Whole epochs, ten of them at most. */
function epochTicks(evaluations: readonly Evaluation[]): readonly number[] {
  const last = Math.max(...evaluations.map(({ curve }) => curve.length));
  const step = Math.ceil(last / 10);
  return Array.from({ length: Math.floor(last / step) }, (_, i) => (i + 1) * step);
}
