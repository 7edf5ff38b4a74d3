import * as Plot from '@observablehq/plot';
import type { Evaluation, Metric } from '../../src/evaluation/index.ts';
import type {
  AnalysisDocument,
  ComparisonTable,
  MetricSeries,
  RuleDocument,
} from '../../src/studio/documents.ts';

import { unitText } from './format.ts';
import type { TransferRow } from './transfer.tsx';

/** The unit of a rule's scores. */
const metricOf = ({ score }: Evaluation): Metric => score ?? { metric: 'accuracy', goal: 'maximise' };

/** Colours of scores: bright is good. */
const brightness = (score: Metric) => ({
  scheme: 'viridis' as const,
  reverse: score.goal === 'minimise',
  label: unitText(score),
  legend: true,
});

type Drawing = SVGSVGElement | HTMLElement;

const LOOK = { background: 'none', fontFamily: 'inherit' } as const;
const colour = (i: number): string => `var(--series-${(i % 7) + 1})`;
const heightOf = (width: number): number => Math.min(320, Math.max(220, width * 0.45));

/** Validation accuracy after each epoch of the final training: the rule's, and Adam's beside it. */
export function epochChart({ evaluation, adam }: RuleDocument, width: number): Drawing {
  const lines = [
    { name: 'this rule', curve: evaluation.curve },
    ...(adam === undefined ? [] : [{ name: 'adam', curve: adam.curve }]),
  ];
  return Plot.plot({
    width,
    height: heightOf(width),
    marginBottom: 42,
    style: LOOK,
    x: { label: 'epoch', labelOffset: 36 },
    y: { label: unitText(metricOf(evaluation)), grid: true, nice: true },
    color: { domain: lines.map(({ name }) => name), range: [colour(0), colour(1)], legend: true },
    marks: lines.flatMap(({ name, curve }) => {
      const points = curve.map((value, i) => ({ epoch: i + 1, value, name }));
      return [
        Plot.line(points, { x: 'epoch', y: 'value', stroke: 'name', strokeWidth: 2 }),
        Plot.dot(points, { x: 'epoch', y: 'value', fill: 'name', r: 2.5 }),
      ];
    }),
  });
}

/** What each learning rate of the sweep came to; of one judged by its training loss, that. */
export function sweepChart(evaluation: Evaluation, width: number): Drawing {
  const { sweep, learningRate } = evaluation;
  const byLoss = sweep.some(({ loss }) => loss !== undefined);
  const points = sweep.map(({ learningRate: rate, accuracy, loss }) => ({
    rate,
    value: Number(byLoss ? loss : accuracy),
  }));
  const shown = points.filter(({ value }) => Number.isFinite(value));
  return Plot.plot({
    width,
    height: heightOf(width),
    marginBottom: 42,
    style: LOOK,
    x: {
      type: 'log',
      label: 'learning rate',
      labelOffset: 36,
      ticks: 6,
      tickFormat: (rate: number) => rate.toExponential(0),
    },
    y: { label: byLoss ? 'training loss' : unitText(metricOf(evaluation)), grid: true, nice: true },
    marks: [
      Plot.ruleX([learningRate].filter(Number.isFinite), { stroke: 'var(--faint)', strokeDasharray: '5 4' }),
      Plot.line(shown, { x: 'rate', y: 'value', stroke: colour(0), strokeWidth: 2 }),
      Plot.dot(shown, { x: 'rate', y: 'value', fill: colour(0), r: 3 }),
    ],
  });
}

/** Means with their intervals, and every seed as a point. */
export function intervalChart({ rules, score }: ComparisonTable, width: number): Drawing {
  const rows = rules.map(({ rule, names, mean, interval, rewards }) => ({
    name: shortened(names[0] ?? rule, width),
    mean,
    low: interval?.low ?? mean,
    high: interval?.high ?? mean,
    rewards,
  }));
  return Plot.plot({
    ...rowsFrame(
      width,
      score.metric,
      rows.map(({ name }) => name),
    ),
    marks: [
      Plot.dot(
        rows.flatMap(({ name, rewards }) => rewards.map(({ reward }) => ({ name, reward }))),
        { x: 'reward', y: 'name', r: 2, fill: 'var(--faint)', fillOpacity: 0.6 },
      ),
      Plot.ruleY(rows, { y: 'name', x1: 'low', x2: 'high', stroke: colour(0), strokeWidth: 3 }),
      Plot.dot(rows, { x: 'mean', y: 'name', r: 5, fill: colour(0) }),
    ],
  });
}

/** Differences from the other rule in percent of its mean, with their intervals; right is better whatever the goal. */
export function transferChart(rows: readonly TransferRow[], width: number): Drawing {
  const bars = rows.flatMap(({ where, base, rule, table }) => {
    const { beside } = rule;
    if (!beside?.interval || !base.mean) return [];
    const scale = (table.score.goal === 'minimise' ? -100 : 100) / Math.abs(base.mean);
    const ends = [beside.interval.low * scale, beside.interval.high * scale];
    return [
      {
        where: shortened(where, width),
        at: beside.difference * scale,
        low: Math.min(...ends),
        high: Math.max(...ends),
      },
    ];
  });
  return Plot.plot({
    ...rowsFrame(
      width,
      'better by, %',
      bars.map(({ where }) => where),
    ),
    marks: [
      Plot.ruleX([0], { stroke: 'var(--faint)' }),
      Plot.ruleY(bars, { y: 'where', x1: 'low', x2: 'high', stroke: colour(0), strokeWidth: 3 }),
      Plot.dot(bars, { x: 'at', y: 'where', r: 5, fill: colour(0) }),
    ],
  });
}

/** The frame of a chart with a row for each name. */
const rowsFrame = (width: number, label: string, names: readonly string[]) => ({
  width,
  height: 54 + 32 * names.length,
  marginLeft: nameWidth(width),
  marginBottom: 38,
  style: LOOK,
  x: { label, labelOffset: 34, grid: true, nice: true },
  y: { label: null, domain: [...names] },
});

const nameWidth = (width: number): number => Math.min(240, width * 0.42);

const shortened = (text: string, width: number): string => {
  const fits = Math.floor(nameWidth(width) / 6.6);
  return text.length <= fits ? text : `${text.slice(0, fits - 1)}…`;
};

const STATUS_COLOURS: Readonly<Record<string, string>> = {
  ok: 'var(--series-1)',
  stopped: 'var(--series-5)',
  diverged: 'var(--series-2)',
  rejected: 'var(--series-4)',
  failed: 'var(--series-7)',
};

/** When evaluations were made, by workers. */
export function timelineChart(bars: AnalysisDocument['timeline'], width: number): Drawing {
  const lanes = Math.max(...bars.map(({ lane }) => lane)) + 1;
  const nameOf = (lane: number): string => {
    const name = bars.find((bar) => bar.lane === lane)?.worker ?? `${lane + 1}`;
    return shortened(name, width);
  };
  const names = Array.from({ length: lanes }, (_, lane) => nameOf(lane));
  return Plot.plot({
    width,
    height: 60 + 26 * lanes,
    marginLeft: Math.max(...names.map((name) => 6.6 * name.length)) + 14,
    marginBottom: 38,
    style: LOOK,
    x: { type: 'time', label: 'time of day', labelOffset: 34, ticks: width / 110 },
    y: { label: 'worker', domain: names.keys(), tickFormat: (lane: number) => names[lane] ?? '' },
    color: { domain: Object.keys(STATUS_COLOURS), range: Object.values(STATUS_COLOURS), legend: true },
    marks: [
      Plot.barX(bars, {
        x1: ({ from }) => new Date(from),
        x2: ({ to }) => new Date(to),
        y: 'lane',
        fill: 'status',
        insetLeft: 0.5,
        title: ({ role, index, status, from, to, worker }) =>
          `${role} ${index}: ${status}, ${((to - from) / 1000).toFixed(1)} s${worker === null ? '' : `, ${worker}`}`,
      }),
    ],
  });
}

/** Scores by rule and learning rate; the rate that was chosen has a point. */
export function ratesChart(rates: AnalysisDocument['rates'], width: number, score: Metric): Drawing {
  const cells = rates.flatMap(({ rule, sweep }, i) =>
    sweep
      .filter(({ accuracy }) => Number.isFinite(Number(accuracy)))
      .map(({ learningRate, accuracy }) => ({
        rule: `${i + 1}`,
        text: rule,
        rate: learningRate.toExponential(),
        accuracy: Number(accuracy),
      })),
  );
  const domain = [
    ...new Set(rates.flatMap(({ sweep }) => sweep.map(({ learningRate }) => learningRate))),
  ].sort((a, b) => a - b);
  return Plot.plot({
    width,
    height: 90 + 14 * rates.length,
    marginBottom: 38,
    style: LOOK,
    x: { label: 'learning rate', labelOffset: 34, domain: domain.map((rate) => rate.toExponential()) },
    y: { label: 'rank', domain: rates.map((_, i) => `${i + 1}`) },
    color: brightness(score),
    marks: [
      Plot.cell(cells, {
        x: 'rate',
        y: 'rule',
        fill: 'accuracy',
        title: ({ text, rate, accuracy }) => `${text}\n${rate}: ${accuracy.toFixed(4)}`,
      }),
      Plot.dot(
        rates
          .map(({ chosen }, i) => ({ rule: `${i + 1}`, rate: Number(chosen).toExponential() }))
          .filter(({ rate }) => domain.some((one) => one.toExponential() === rate)),
        { x: 'rate', y: 'rule', r: 3, fill: 'white', stroke: 'black' },
      ),
    ],
  });
}

export function metricChart({ name, points }: MetricSeries, width: number): Drawing {
  return Plot.plot({
    width,
    height: 150,
    marginBottom: 36,
    style: LOOK,
    x: { label: 'batch', labelOffset: 32, ticks: width / 80 },
    y: { label: name, grid: true, nice: true, ticks: 4 },
    marks: [Plot.line(points, { x: '0', y: '1', stroke: colour(0), strokeWidth: 1.5 })],
  });
}

/** Differences of means with their intervals, the helpful parts above. */
export function partsChart(parts: AnalysisDocument['parts'], width: number, { metric }: Metric): Drawing {
  return Plot.plot({
    width,
    height: 60 + 20 * parts.length,
    marginLeft: 92,
    marginBottom: 38,
    style: LOOK,
    x: { label: `mean ${metric} with it, less without it`, labelOffset: 34, grid: true, nice: true },
    y: { label: null, domain: parts.map(({ name }) => name) },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--faint)' }),
      Plot.ruleY(parts, {
        y: 'name',
        x1: ({ interval }) => interval.low,
        x2: ({ interval }) => interval.high,
        stroke: colour(0),
        strokeWidth: 3,
      }),
      Plot.dot(parts, {
        x: 'difference',
        y: 'name',
        r: 4,
        fill: colour(0),
        title: ({ rules }) => `${rules} rules have it`,
      }),
    ],
  });
}

/** Reward beside what a rule computes, coloured by the state that it keeps; those that none beats in all three have a ring. */
export function costChart(costs: AnalysisDocument['costs'], width: number, score: Metric): Drawing {
  const slots = [...new Set(costs.map((one) => one.slots))].sort((a, b) => a - b);
  return Plot.plot({
    width,
    height: heightOf(width) + 40,
    marginBottom: 42,
    style: LOOK,
    x: { label: 'operations per weight and step', labelOffset: 36, nice: true },
    y: { label: unitText(score), grid: true, nice: true },
    color: {
      domain: slots,
      range: slots.map((_, i) => colour(i)),
      label: 'state arrays',
      legend: true,
      tickFormat: (n: number) => `${n} state arrays`,
      type: 'ordinal',
    },
    marks: [
      Plot.dot(costs, {
        x: 'flopsPerWeight',
        y: 'reward',
        fill: 'slots',
        r: 3,
        title: ({ rule, reward }) => `${rule}\n${reward.toFixed(4)}`,
      }),
      Plot.dot(front(costs, score), { x: 'flopsPerWeight', y: 'reward', stroke: 'currentColor', r: 6 }),
    ],
  });
}

type Cost = AnalysisDocument['costs'][number];

/** The rules that no other is at least as good as in reward, memory and cost, and better in one. */
export function front(costs: readonly Cost[], { goal }: Pick<Metric, 'goal'>): readonly Cost[] {
  const worth = ({ reward }: Cost): number => (goal === 'minimise' ? -reward : reward);
  const beats = (a: Cost, b: Cost): boolean =>
    worth(a) >= worth(b) &&
    a.slots <= b.slots &&
    a.flopsPerWeight <= b.flopsPerWeight &&
    (worth(a) > worth(b) || a.slots < b.slots || a.flopsPerWeight < b.flopsPerWeight);
  return costs.filter((one) => !costs.some((other) => beats(other, one)));
}

/** A line per rule over the positions of its string. The more frequent a token among the best, the higher it stands. */
export function stringsChart(
  { axes, lines }: AnalysisDocument['strings'],
  width: number,
  score: Metric,
): Drawing {
  const orders = axes.map((_, i) => {
    const counts = new Map<string, number>();
    for (const { tokens } of lines) counts.set(tokens[i]!, (counts.get(tokens[i]!) ?? 0) + 1);
    return [...counts].sort((a, b) => a[1] - b[1]).map(([token]) => token);
  });
  const place = (i: number, token: string): number => {
    const order = orders[i]!;
    return order.length === 1 ? 0.5 : order.indexOf(token) / (order.length - 1);
  };
  const points = lines.flatMap(({ tokens, reward }, line) =>
    tokens.map((token, i) => ({ line, axis: axes[i]!, y: place(i, token), reward })),
  );
  const labels = axes.flatMap((axis, i) =>
    orders[i]!.slice(-9).map((token) => ({
      axis,
      y: place(i, token),
      token: token.length > 14 ? `${token.slice(0, 13)}…` : token,
    })),
  );
  return Plot.plot({
    width: Math.max(width, 110 * axes.length),
    height: 380,
    marginLeft: 20,
    marginRight: 100,
    marginBottom: 36,
    style: LOOK,
    x: { label: null, domain: axes, type: 'point' },
    y: { axis: null },
    color: brightness(score),
    marks: [
      Plot.line(points, { x: 'axis', y: 'y', z: 'line', stroke: 'reward', strokeOpacity: 0.35 }),
      Plot.text(labels, {
        x: 'axis',
        y: 'y',
        text: 'token',
        textAnchor: 'start',
        dx: 4,
        fill: 'currentColor',
        stroke: 'var(--paper)',
        strokeWidth: 3,
      }),
    ],
  });
}
