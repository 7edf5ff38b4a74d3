import * as z from 'zod';
import { NosError } from '../../errors.ts';
import {
  type Evaluation,
  evaluationDocument,
  isShare,
  type Metric,
  regimeText,
  worth,
} from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import {
  accuracy,
  bar,
  duration,
  exportCommandText,
  figure,
  instant,
  learningRate,
  pairs,
  plural,
  runState,
  scoreText,
  shortRules,
  sparedRows,
  sparkline,
  thousands,
  unitsText,
} from '../../report/index.ts';
import * as rules from '../../rules/index.ts';
import { chosenVocabularies, findSpace } from '../../rules/index.ts';
import { metricOfRun, type RunConfig, readRun, sparedOf, storedRunSchema } from '../../run/index.ts';
import { mean } from '../../statistics/index.ts';
import type { ScoreSummary, StoredBatch } from '../../store/index.ts';
import { batchSchema } from '../../store/index.ts';
import { type Context, defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { storeOption } from '../options.ts';

const showRunDocument = z.strictObject({
  run: storedRunSchema.describe('the run'),
  batches: f.list(batchSchema, 'the batches in order'),
});

const showProposalDocument = z.strictObject({
  run: f.run,
  proposal: z
    .strictObject({
      index: f.count('index of the proposal, from 0'),
      batch: f.count('number of its batch'),
      rule: f.text('the rule as it was proposed'),
      canonical: f.text('canonical text'),
      key: f.key,
      names: f.names,
      tokens: z.array(f.count('token')).describe('tokens of the rule in its space'),
      logProbability: f.figure('logarithm of the probability that the controller gave it').exactOptional(),
      parent: f.count('index of the proposal that it was made from, under evolution').exactOptional(),
      evaluation: evaluationDocument.describe('its evaluation, once there is one').exactOptional(),
    })
    .describe('the proposal'),
});

export const command = defineCommand({
  documents: { 'show RUN': showRunDocument, 'show RUN INDEX': showProposalDocument },
  arguments: '<run> [index]',
  options: storeOption,
  example: 'nos show quick-1\nnos show quick-1 17',
  run: (context) => {
    const [run = '', index] = context.arguments;
    return index === undefined ? showRun(run, context) : showProposal(run, parseIndex(index), context);
  },
});

function parseIndex(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new NosError('bad-option', `index of a proposal: expected 0, 1, 2, …, got '${text}'`);
}

async function showRun(name: string, { places, stdout }: Context) {
  return withStore(places, async (store) => {
    const record = await readRun(store, name);
    const { config } = record;
    const batches = await store.batches(name);
    const scores: ScoreSummary[] = [];
    for await (const score of store.streamSummaries(name, ['proposal'])) scores.push(score);
    const rewards = new Map(scores.map(({ index, evaluation }) => [index, evaluation.reward]));
    const metric = metricOfRun(config);
    const told = batches.filter((batch) => batch.told);
    const means = told.map((batch) => worth(meanReward(batch, rewards), metric.goal));
    const settings = Object.entries(config).map(([key, value]): [string, string] => [
      key,
      settingText(key === 'space' ? { ...config.space, ...WITHOUT_LISTS } : value),
    ]);
    const lists = await chosenLists(config);
    const text = pairs(
      [
        ['run', `${record.name}, ${runState({ ...record, samples: config.samples })}`],
        ...(record.note === undefined ? [] : [['note', record.note] as const]),
        ['begun', instant(Date.parse(record.createdAt))],
        ['time', duration(record.seconds)],
        ['rules', `${thousands(record.told)} of ${thousands(config.samples)} scored`],
        ...sparedRows(sparedOf(scores)),
        [
          `best ${isShare(metric) ? 'reward' : metric.metric}`,
          scoreText(record.bestReward ?? Number.NaN, metric),
        ],
        ['batch means', sparkline(means, Math.max(Math.min(stdout.columns, 100) - 20, 10)) || '—'],
        ...settings,
        ...lists,
        ['version', record.version],
        ['fingerprint', record.fingerprint],
        ['store', store.path],
      ],
      stdout.columns,
    );
    return { document: { run: record, batches }, text };
  });
}

/** The vocabularies have rows of their own. */
const WITHOUT_LISTS = { operands: undefined, unary: undefined, binary: undefined };

/** The operands and functions of a run's space, if they are not all that its name stands for. */
async function chosenLists({ space }: RunConfig): Promise<readonly (readonly [string, readonly string[]])[]> {
  const found = findSpace(space.name, space);
  return chosenVocabularies(found).map((name) => [`${name} (${found[name].length})`, found[name]]);
}

function meanReward({ first, size }: StoredBatch, rewardOf: ReadonlyMap<number, number>): number {
  const rewards = Array.from({ length: size }, (_, i) => rewardOf.get(first + i) ?? Number.NaN);
  // What came to nothing in units of its own has no part in it.
  return mean(rewards.filter((reward) => reward !== Number.NEGATIVE_INFINITY));
}

/** `{ name: 'rl', options: { entropy: 0.01 } }` as `rl, entropy 0.01`. */
function settingText(value: unknown): string {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .map(([key, part]) => (key === 'name' ? String(part) : `${key} ${settingText(part)}`.trim()))
    .filter((part) => part !== 'options' && part !== 'constraints')
    .join(', ');
}

async function showProposal(name: string, index: number, { places, stdout, call }: Context) {
  return withStore(places, async (store) => {
    const { config } = await readRun(store, name);
    const proposal = await store.proposal(name, index);
    const canonical = rules.printRule(rules.canonicalize(rules.parseRule(proposal.rule)));
    const names = rules.namesOf(proposal.key);
    const short = await shortRules();
    const rows: [string, string][] = [
      ['run', `${name}, proposal ${index}, batch ${proposal.batch + 1}`],
      ['rule', short(proposal.rule)],
      ['proposed as', proposal.rule],
      ['canonical', canonical],
      ['key', proposal.key],
      ['names', names.join(', ') || 'none in the catalogue'],
    ];
    if (proposal.tokens.length > 0) rows.push(['tokens', proposal.tokens.join(' ')]);
    if (proposal.logProbability !== undefined)
      rows.push(['log-probability', proposal.logProbability.toFixed(3)]);
    if (proposal.parent !== undefined) rows.push(['made from', `proposal ${proposal.parent}`]);
    const { evaluation } = proposal;
    const details =
      evaluation === undefined
        ? [['reward', 'not scored yet'] as const]
        : evaluationRows(evaluation, metricOfRun(config));
    return {
      document: { run: name, proposal: { ...proposal, canonical, names } },
      text: `${pairs([...rows, ...details], stdout.columns)}\n\nnext:\n  ${call(exportCommandText(short(proposal.rule)))}`,
    };
  });
}

/** Writes the rule whose evaluation stands for this one's: `sign(m), key 17e1…, with its updates times 10`. */
function reusedText({ rule, key, factor }: NonNullable<Evaluation['reuses']>): string {
  return `${rule}, key ${key}${factor === 1 ? '' : `, with updates times ${factor}`}`;
}

/** What one evaluation found. */
function evaluationRows(evaluation: Evaluation, metric: Metric): readonly (readonly [string, string])[] {
  const { task, seed, status, reward, curve, steps, seconds, fingerprint, version } = evaluation;
  const score = isShare(metric) ? undefined : metric;
  const sweep = evaluation.sweep.map((point, i) => [
    i === 0 ? 'sweep' : '',
    `${learningRate(point.learningRate).padEnd(5)} ${pointText(point, metric)}`,
  ]) as [string, string][];
  return [
    ['task', `${task}, ${regimeText(evaluation)}, seed ${seed}`],
    [score?.metric ?? 'reward', scoreText(reward, score) + (status === 'ok' ? '' : ` (${status})`)],
    ...(score ? unitsText(score).map((text) => ['', text] as const) : []),
    ...('reason' in evaluation ? [['reason', evaluation.reason ?? ''] as const] : []),
    ...(evaluation.status === 'failed' ? [['error', evaluation.error ?? ''] as const] : []),
    ...(evaluation.reuses === undefined
      ? []
      : [[evaluation.reuses.near ? 'copy of' : 'same as', reusedText(evaluation.reuses)] as const]),
    ['learning rate', learningRate(evaluation.learningRate, evaluation.edgeOfGrid)],
    ...sweep,
    ['curve', curve.map(score ? figure : accuracy).join(' ') || '—'],
    ['training', `${thousands(steps)} steps, ${duration(seconds)}`],
    ['fingerprint', fingerprint],
    ['version', version],
  ];
}

/** Writes what a learning rate came to: a bar of its accuracy, or the loss that a halving judged it by. */
function pointText({ accuracy: value, loss, steps }: Evaluation['sweep'][number], metric: Metric): string {
  if (loss === undefined) {
    const text = Number.isFinite(value) ? scoreText(worth(value, metric.goal), metric) : 'diverged';
    return isShare(metric) ? `${bar(value || 0, 20)} ${text}` : text;
  }
  const after = `after ${plural(steps ?? 0, 'step')}`;
  return Number.isFinite(loss) ? `loss ${loss.toFixed(4)} ${after}` : `diverged ${after}`;
}
