import { type Metric, worth } from '../evaluation/index.ts';
import { shortRules } from '../report/index.ts';
import {
  type Expression,
  findSpace,
  type OperationName,
  type Position,
  parseRule,
  positions,
  ruleCost,
  tokenText,
} from '../rules/index.ts';
import { metricOfRun, type RunConfig } from '../run/index.ts';
import { mean, sampleVariance } from '../statistics/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import type { AnalysisDocument, MetricSeries, PartUplift, StringLine, TimelineBar } from './documents.ts';

/** Evaluations of the timeline: the last ones. */
const BARS = 600;
/** Rules that parts are counted in: evenly over the run. */
const SAMPLE = 1500;
/** The best rules, for what is drawn of each. */
const TOP = 40;
const LINES = 200;
const POINTS = 300;
/** Rules on either side that a difference of means needs. */
const FEWEST = 5;
const Z = 1.96;

/** What a run's evaluations say beside their rewards. */
export async function analyse(digest: Digest, run: DigestRun, config: RunConfig): Promise<AnalysisDocument> {
  const score = metricOfRun(config);
  const shown = (reward: number): number => worth(reward, score.goal);
  const best = await bestRules(digest, run.id);
  return {
    score,
    timeline: await timelineOf(digest, run.id),
    rates: await ratesOf(digest, run.id, best.slice(0, TOP)),
    metrics: await metricsOf(digest, run.id),
    parts: (await partsOf(digest, run.id)).map((part) => inUnits(part, score)),
    costs: best.map(({ key, rule, reward }) => ({
      ...{ key, rule, reward: shown(reward) },
      ...ruleCost(parseRule(rule)),
    })),
    strings: await stringsOf(digest, run.id, config, shown),
  };
}

interface BestRule {
  readonly key: string;
  readonly rule: string;
  readonly reward: number;
}

async function bestRules(digest: Digest, run: number): Promise<readonly BestRule[]> {
  const rows = await digest.rows(
    `SELECT ${textOf('key')}, ${textOf('rule')}, reward FROM digest
     WHERE run = ? AND role = 'proposal' AND standing = 0 AND reused = 0 ORDER BY standing, reward DESC LIMIT 400`,
    [run],
  );
  const short = await shortRules();
  const seen = new Set<string>();
  return rows.flatMap(({ key, rule, reward }) => {
    if (seen.has(String(key))) return [];
    seen.add(String(key));
    return [{ key: String(key), rule: short(String(rule)), reward: Number(reward) }];
  });
}

/**
 * When the last evaluations were made, on a lane per worker. Of those whose worker is not stored, when each ended and how long it took says how many
 * there must have been: a lane is taken again as soon as it is free.
 */
async function timelineOf(digest: Digest, run: number): Promise<readonly TimelineBar[]> {
  const rows = await digest.rows(
    `SELECT ${textOf('role')}, position, ${textOf('status')}, seconds, ${textOf('made')}, ${textOf('made_on', 'worker')}
     FROM digest d JOIN store.evaluations e ON e.id = d.evaluation
     WHERE run = ? AND made IS NOT NULL AND reused = 0 AND seconds > 0 ORDER BY made DESC LIMIT ${BARS}`,
    [run],
  );
  const bars = rows
    .map(({ role, position, status, seconds, made, worker }) => {
      const to = Date.parse(String(made));
      return {
        role: String(role),
        index: Number(position),
        status: String(status),
        from: to - 1000 * Number(seconds),
        to,
        worker: worker === null ? null : String(worker),
      };
    })
    .sort((a, b) => a.from - b.from);
  const workers = [...new Set(bars.flatMap(({ worker }) => worker ?? []))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  const free: number[] = [];
  return bars.map((bar) => {
    if (bar.worker !== null) return { ...bar, lane: workers.indexOf(bar.worker) };
    const found = free.findIndex((until) => until <= bar.from + 20);
    const lane = found < 0 ? free.length : found;
    free[lane] = bar.to;
    return { ...bar, lane: workers.length + lane };
  });
}

/** What every learning rate of the sweeps of the best rules came to. */
async function ratesOf(digest: Digest, run: number, best: readonly BestRule[]) {
  const scores = await digest.scores(
    run,
    best.map(({ key }) => key),
  );
  return best.flatMap(({ key, rule }) => {
    const found = scores.find(({ role, evaluation }) => role === 'proposal' && evaluation.key === key);
    if (found === undefined) return [];
    const { sweep, learningRate } = found.evaluation;
    return [
      {
        key,
        rule,
        chosen: learningRate,
        sweep: sweep.map((one) => ({ learningRate: one.learningRate, accuracy: one.accuracy })),
      },
    ];
  });
}

/** What the strategy said of itself, batch by batch. */
async function metricsOf(digest: Digest, run: number): Promise<readonly MetricSeries[]> {
  const [counted] = await digest.rows('SELECT count(*) AS batches FROM store.batches WHERE run = ?', [run]);
  const step = Math.max(Math.ceil(Number(counted?.batches) / POINTS), 1);
  const rows = await digest.rows(
    `SELECT batch, ${textOf('metrics')} FROM store.batches WHERE run = ? AND metrics IS NOT NULL AND batch % ? = 0 ORDER BY batch`,
    [run, step],
  );
  const series = new Map<string, [number, number][]>();
  for (const { batch, metrics } of rows) {
    for (const [name, value] of Object.entries(JSON.parse(String(metrics)) as Record<string, unknown>)) {
      if (typeof value !== 'number') continue;
      series.set(name, [...(series.get(name) ?? []), [Number(batch) + 1, value]]);
    }
  }
  return [...series].map(([name, points]) => ({ name, points }));
}

/**
 * How much higher the rewards of rules with a part (an operand, a function) are than those of rules without it, with Welch's interval. That
 * is an association: parts come together, and a search that has learnt proposes good ones together.
 */
async function partsOf(digest: Digest, run: number): Promise<readonly PartUplift[]> {
  const [counted] = await digest.rows(
    `SELECT count(*) AS rules FROM digest WHERE run = ? AND role = 'proposal'`,
    [run],
  );
  const step = Math.max(Math.ceil(Number(counted?.rules) / SAMPLE), 1);
  const rows = await digest.rows(
    `SELECT ${textOf('rule')}, min(reward) AS reward FROM digest
     WHERE run = ? AND role = 'proposal' AND position % ? = 0 AND standing < 3 AND reward > -1e300 GROUP BY key`,
    [run, step],
  );
  const short = await shortRules();
  const rules = rows.map(({ rule, reward }) => ({
    parts: partsIn(parseRule(short(String(rule)))),
    reward: Number(reward),
  }));
  const names = new Set(rules.flatMap(({ parts }) => [...parts]));
  return [...names]
    .flatMap((name): readonly PartUplift[] => {
      const having = rules.filter(({ parts }) => parts.has(name)).map(({ reward }) => reward);
      const others = rules.filter(({ parts }) => !parts.has(name)).map(({ reward }) => reward);
      if (having.length < FEWEST || others.length < FEWEST) return [];
      const difference = mean(having) - mean(others);
      const error =
        Z * Math.sqrt(sampleVariance(having) / having.length + sampleVariance(others) / others.length);
      return [
        {
          name,
          rules: having.length,
          difference,
          interval: { low: difference - error, high: difference + error },
        },
      ];
    })
    .sort((a, b) => b.difference - a.difference);
}

/** The difference in the units of the score: where less is better, the helpful parts are those below zero. */
function inUnits(part: PartUplift, { goal }: Metric): PartUplift {
  const { difference, interval } = part;
  const ends = [worth(interval.low, goal), worth(interval.high, goal)];
  return {
    ...part,
    difference: worth(difference, goal),
    interval: { low: Math.min(...ends), high: Math.max(...ends) },
  };
}

/** Operands and functions of a rule; arithmetic is in nearly all of them and says nothing. */
function partsIn(rule: Expression): ReadonlySet<string> {
  const parts = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === 'leaf') parts.add(node.name);
    if (node.kind !== 'call') return;
    if (!ARITHMETIC.has(node.name)) parts.add(`${node.name}(…)`);
    node.args.forEach(visit);
  };
  visit(rule);
  return parts;
}

const ARITHMETIC: ReadonlySet<string> = new Set<OperationName>(['add', 'sub', 'mul', 'div', 'neg']);

/** What stands at a position of a string: `left operand 1`. */
export const axisText = ({ kind, iteration, side }: Position): string =>
  `${side ?? ''} ${kind} ${iteration}`.trim();

/** The best strings and some of the others, by their token at every position of the space. */
async function stringsOf(
  digest: Digest,
  run: number,
  config: RunConfig,
  shown: (reward: number) => number,
): Promise<AnalysisDocument['strings']> {
  const space = findSpace(config.space.name, config.space);
  const axes = positions(space);
  const rows = await digest.rows(
    `SELECT ${textOf('p.tokens').replace('AS p.tokens', 'AS tokens')}, d.reward AS reward FROM store.proposals p
     JOIN digest d ON d.run = p.run AND d.role = 'proposal' AND d.position = p.position
     WHERE p.run = ? AND d.standing = 0 ORDER BY d.reward DESC LIMIT ${LINES}`,
    [run],
  );
  const lines = rows.flatMap(({ tokens, reward }): readonly StringLine[] => {
    const parsed = JSON.parse(String(tokens)) as readonly number[];
    if (parsed.length !== axes.length) return [];
    const words = parsed.map((token, i) => tokenText(space, axes[i]!, token));
    return [{ tokens: words, reward: shown(Number(reward)) }];
  });
  return { axes: axes.map(axisText), lines };
}
