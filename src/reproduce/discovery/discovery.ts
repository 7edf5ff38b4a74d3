import { csv } from '../../csv.ts';
import { toJson } from '../../json.ts';
import { lineChart } from '../../plot/index.ts';
import { type LearningCurves, learningCurveChart, learningCurves } from '../../run/index.ts';
import type { Chain, ExperimentFindings } from '../experiment.ts';
import { type DiscoveryData, discoveryData, endingAt, type KeptTraining } from './data.ts';
import { foundRules } from './found.ts';
import { discoveryPage } from './page.ts';
import { bestByHours, bestByProposals, contestChart, differenceChart } from './pictures.ts';
import { FINAL_SEEDS } from './plan.ts';
import { summarizeContest } from './statistics.ts';

/** The paper's claim as a whole (NOS §1, §5): a search finds rules that are better than those that people use, and they transfer. */
export const discovery: Chain = {
  kind: 'chain',
  name: 'discovery',
  title: 'Discovery: what a search of the paper’s size finds',
  seeds: FINAL_SEEDS,
  again: (data) => discoveryFindings(discoveryData.parse(data)),
};

/** Makes page, pictures and tables of the data. Pure. */
export function discoveryFindings(gathered: DiscoveryData): ExperimentFindings {
  // The form in which a file holds it: fields in one order, without costs of places.
  const data = discoveryData.parse(JSON.parse(toJson(gathered)));
  const final = data.final && summarizeContest(data.final);
  const transfer = data.transfer.map(summarizeContest);
  const curves = curvesOf(data);
  const [byProposals, byHours] = [bestByProposals(data), bestByHours(data)];
  const files = {
    ...(final && {
      'final.svg': contestChart('Found and known optimizers', [final]),
      'differences.svg': differenceChart(final),
    }),
    ...(transfer.length > 0 && { 'transfer.svg': contestChart('The same on other tasks', transfer) }),
    ...(curves && { 'figure4.svg': lineChart(learningCurveChart(curves)) }),
    ...(byProposals && { 'best.svg': byProposals }),
    ...(byHours && { 'best-hours.svg': byHours }),
    'proposals.csv': proposalsCsv(data),
    'trainings.csv': trainingsCsv(data),
    'comparisons.csv': comparisonsCsv([...(final ? [final] : []), ...transfer]),
    ...(final && { 'found.json': `${toJson(foundRules(data, final), 2)}\n` }),
  };
  return { files, page: discoveryPage({ data, final, transfer, curves }), seeds: seedsText(data), data };
}

/** Figure 4 of the searches that have begun; of fewer than nine rules there is no curve. */
function curvesOf({ searches, rules }: DiscoveryData): LearningCurves | undefined {
  const begun = searches.filter((one) => one.rules.length >= 9);
  const [first] = begun;
  if (first === undefined) return undefined;
  const runs = begun.map(({ label, samples, rules: places, rewards }) => ({
    ...{ run: label, samples },
    rules: places.map((place, i) => ({ key: rules[place] as string, reward: rewards[i] as number })),
  }));
  return { task: first.task, protocol: first.protocol, environment: 'none', ...learningCurves(runs) };
}

function seedsText({ searches, retest, final, transfer }: DiscoveryData): string {
  const list = (seeds: readonly number[]) =>
    seeds.length < 2 ? seeds.join() : `${seeds[0]} to ${seeds.at(-1)}`;
  return [
    `searches ${[...new Set(searches.map(({ seed }) => seed))].join(', ')}`,
    ...(retest === undefined ? [] : [`retest ${list(retest.rounds.at(-1)?.seeds ?? [])}`]),
    ...(final === undefined
      ? []
      : [`tuning ${list(final.tuningSeeds)}, final comparison ${list(final.seeds)}`]),
    ...(transfer[0] === undefined
      ? []
      : [`transfer ${list(transfer[0].seeds)}, tuned with ${list(transfer[0].tuningSeeds)}`]),
  ].join('; ');
}

function proposalsCsv({ searches, rules }: DiscoveryData): string {
  const rows = searches.flatMap((search) => {
    const reused = new Set(search.reused);
    return search.rules.map((place, i) => ({
      search: search.label,
      proposal: i + 1,
      rule: rules[place],
      reward: search.rewards[i],
      status: endingAt(search.endings[i] as number),
      reused: reused.has(i),
    }));
  });
  return `${csv(rows, ['search', 'proposal', 'rule', 'reward', 'status', 'reused'])}\n`;
}

function trainingsCsv({ retest, final, transfer, searches }: DiscoveryData): string {
  const names = new Map<string, string>();
  for (const { rules } of retest?.rounds ?? []) for (const one of rules) names.set(one.key, one.rule);
  for (const { optimizers } of [...(final ? [final] : []), ...transfer]) {
    for (const one of optimizers) names.set(one.key, one.name);
  }
  const task = searches[0]?.task ?? '';
  const rows = (stage: string, on: string, trials: readonly KeptTraining[]) =>
    trials.map(({ key, rate, test, bleu, ...one }) => ({
      ...{ stage, task: on, optimizer: names.get(key) ?? '', learning_rate: rate },
      ...{ ...one, test, bleu },
    }));
  const all = [
    ...rows('retest', task, retest?.trials ?? []),
    ...[...(final ? [final] : []), ...transfer].flatMap((contest, i) => {
      const stage = i === 0 ? 'final' : 'transfer';
      return [
        ...rows(`${stage} tuning`, contest.task, contest.tuning),
        ...rows(stage, contest.task, contest.trials),
      ];
    }),
  ];
  const columns = ['stage', 'task', 'optimizer', 'protocol', 'seed', 'learning_rate', 'status'] as const;
  return `${csv(all, [...columns, 'reward', 'test', 'bleu'])}\n`;
}

function comparisonsCsv(contests: readonly ReturnType<typeof summarizeContest>[]): string {
  const rows = contests.flatMap(({ task, rows: own }) =>
    own.map(({ name, other, difference, pairs, higher, p, adjusted, least, verdict }) => ({
      ...{ task, found: name, known: other, pairs, higher, difference: difference.mean },
      ...{ low: difference.interval?.low, high: difference.interval?.high },
      ...{ p: p ?? undefined, adjusted: adjusted ?? undefined, least: least ?? undefined, verdict },
    })),
  );
  const columns = ['task', 'found', 'known', 'pairs', 'higher', 'difference', 'low', 'high', 'p'] as const;
  return `${csv(rows, [...columns, 'adjusted', 'least', 'verdict'])}\n`;
}
