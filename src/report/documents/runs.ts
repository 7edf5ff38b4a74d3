import * as z from 'zod';
import type { LeaderboardRow, LearningCurves, RunConfig, RunEstimate } from '../../run/index.ts';
import type { Removed, Score } from '../../store/index.ts';
import { evaluation } from './evaluations.ts';
import * as f from './fields.ts';

const config = z
  .strictObject({
    task: f.task,
    space: z
      .strictObject({
        name: f.text('name of the space'),
        iterations: f.count('iterations, if they were chosen').exactOptional(),
        constraints: z
          .array(z.enum(['distinct', 'no-final-add', 'reuse']))
          .describe('constraints, if they were chosen')
          .exactOptional(),
        operands: f.texts('operands, if they were chosen').exactOptional(),
        unary: f.texts('unary functions, if they were chosen').exactOptional(),
        binary: f.texts('binary functions, if they were chosen').exactOptional(),
      })
      .describe('space that is searched'),
    strategy: z
      .strictObject({
        name: f.text('name of the strategy'),
        options: f.options,
        warmStart: f.texts('rules that are proposed first'),
      })
      .describe('strategy that proposes'),
    ...f.regime,
    samples: f.count('proposals in all'),
    batch: f.count('proposals per batch'),
    pipeline: f.count('batches in flight'),
    seed: f.seed,
    references: f.texts('reference rules'),
    retest: z
      .strictObject({
        top: f.count('number of found rules that are tested again'),
        seeds: f.count('fresh seeds of each test'),
      })
      .describe('tests with fresh seeds at the end'),
  })
  .meta({
    id: 'Configuration',
    description: 'all that the result of the run depends on',
  }) satisfies z.ZodType<RunConfig>;

const board = z
  .strictObject({
    rank: f.count('rank, 1 for the best'),
    rule: f.text('canonical text'),
    key: f.key,
    names: f.names,
    reference: f.flag('whether it is a reference rule'),
    reward: f.figure("reward of the search's own evaluation: the best of many noisy figures"),
    status: f.status,
    learningRate: f.figure('learning rate that the sweep chose'),
    edgeOfGrid: f.flag('whether that is the first or last of the grid'),
    proposals: f.count('number of times that it was proposed'),
    index: f.number('index of its first proposal; −1 for a reference rule that was not proposed'),
    retest: z
      .strictObject({
        rewards: f.figures('reward per fresh seed'),
        mean: f.figure('mean of the rewards'),
        diverged: f.count('trainings that diverged'),
      })
      .describe('test with fresh seeds, if there was one')
      .exactOptional(),
    like: z
      .strictObject({
        name: f.text('name of the reference rule'),
        distance: f.figure('distance of the updates; 0 if they are the same'),
      })
      .describe('reference rule that this found rule is a near copy of')
      .exactOptional(),
    copies: f
      .list(
        z.strictObject({
          index: f.number('index'),
          rule: f.text('rule'),
          key: f.key,
          reward: f.figure('reward'),
        }),
        'near copies that rank lower and have no rows of their own',
      )
      .exactOptional(),
    evaluations: f.count(
      "number of evaluations: the search's own, which equal proposals share, and the retests",
    ),
  })
  .meta({ id: 'LeaderboardRow', description: 'a row of the leaderboard' }) satisfies z.ZodType<
  LeaderboardRow & { readonly evaluations: number }
>;

const side = z
  .strictObject({
    rule: f.text('canonical text'),
    key: f.key,
    names: f.names,
    index: f.number('index of its first proposal; −1 if it was not proposed'),
    mean: f.figure('mean reward over the fresh seeds'),
  })
  .exactOptional();

const verdict = z
  .strictObject({
    finding: f.oneOf(
      ['undecided', 'untested', 'no-references', 'diverged', 'below', 'equal', 'above', 'better'],
      'what was found',
    ),
    seeds: f.count('fresh seeds that each rule was to be tested with'),
    difference: f.figure('mean of the found rule minus that of the reference').exactOptional(),
    rules: f.count('found rules that were tested').exactOptional(),
    p: f.figure('p-value of the paired permutation test, corrected for all of them').exactOptional(),
    found: side.describe('best found rule'),
    reference: side.describe('best reference rule'),
    text: f.text('the same as a sentence'),
  })
  .meta({ id: 'Verdict', description: 'whether a found rule beats the reference rules' });

export const searchDocument = z.strictObject({
  run: f.run,
  status: f.oneOf(['finished', 'stopped'], 'whether the run is over'),
  stoppedBy: f.oneOf(['signal', 'timeout'], 'what stopped the run').exactOptional(),
  told: f.count('proposals whose rewards the strategy was told'),
  config,
  fingerprint: f.fingerprint,
  version: f.version,
  store: f.text('path of the store'),
  rules: f.list(board, 'the leaderboard, all of it; near copies of the first fifteen rules are folded'),
  verdict,
  remarks: f.remarks,
});

export const dryRunDocument = z.strictObject({
  config,
  evaluations: z
    .strictObject({
      proposals: f.count('of proposals'),
      references: f.count('of reference rules'),
      retests: f.count('with fresh seeds'),
      total: f.count('in all'),
    })
    .describe('evaluations at most'),
  stepsPerEvaluation: f.figure('training steps of an evaluation; NaN if not known'),
  steps: f.figure('training steps in all'),
  secondsPerStep: f.figure('measured seconds of a training step; NaN if the data are not on this machine'),
  workers: f.count('worker processes'),
  coreHours: f.figure('core-hours in all'),
  seconds: f.figure('seconds from start to end'),
}) satisfies z.ZodType<RunEstimate>;

const record = {
  name: f.run,
  config,
  createdAt: f.text('start of the run, ISO 8601 in UTC'),
  version: f.version,
  fingerprint: f.fingerprint,
  status: f.oneOf(['running', 'stopped', 'finished'], 'state of the run'),
  proposals: f.count('proposals so far'),
  told: f.count('proposals whose rewards the strategy was told'),
  bestReward: f.figure('best reward of a proposal').exactOptional(),
  seconds: f.figure('seconds for which processes worked on the run; 0 for runs of stores before version 4'),
  note: f.text('note of the user').exactOptional(),
};

export const runsDocument = z.strictObject({
  runs: f.list(z.strictObject(record), 'the runs, oldest first'),
});

export const noteDocument = z.strictObject({ run: f.run, note: f.text('the note; empty if it was removed') });

export const renameDocument = z.strictObject({
  run: f.text('new name of the run'),
  renamedFrom: f.text('old name of the run'),
});

const removed = z.strictObject({
  run: f.run,
  proposals: f.count('proposals that were removed'),
  evaluations: f.count('evaluations that were removed'),
  shared: f.count('evaluations that stay because other runs hold them'),
  bytes: f.number('bytes by which the file became smaller'),
}) satisfies z.ZodType<Removed>;

export const rmDocument = z.strictObject({ removed: f.list(removed, 'the runs that were removed') });

export const topDocument = z.strictObject({
  run: f.run,
  ...f.unusualRegime,
  rules: f.list(board, 'the first rows of the leaderboard'),
  verdict,
});

const batch = z.strictObject({
  batch: f.count('number of the batch, from 0'),
  first: f.count('index of its first proposal'),
  size: f.count('proposals in the batch'),
  told: f.flag('whether the strategy was told the rewards'),
  metrics: z.record(z.string(), f.figure('value')).describe('what the strategy reported of itself'),
});

export const showRunDocument = z.strictObject({
  run: z.strictObject(record).describe('the run'),
  batches: f.list(batch, 'the batches in order'),
});

export const showProposalDocument = z.strictObject({
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
      evaluation: evaluation.describe('its evaluation, once there is one').exactOptional(),
    })
    .describe('the proposal'),
});

const score = evaluation
  .extend({
    role: f.oneOf(['reference', 'proposal', 'retest'], 'what the evaluation is to the run'),
    index: f.count('index of the proposal, the reference rule or the retest'),
  })
  .describe('an evaluation with its place in the run') satisfies z.ZodType<Omit<Score, 'evaluation'>>;

export const logDocument = z.strictObject({
  run: f.run,
  evaluations: f.list(score, 'the evaluations: references, proposals, retests'),
});

const difference = {
  difference: f.figure('difference of the means'),
  interval: f.interval('95 % interval of it; null if an end has fewer than 30 rewards'),
};

export const plotDocument = z.strictObject({
  file: f.text('path of the picture'),
  task: f.task,
  ...f.regime,
  chance: f.number('accuracy of guessing, if the task can be found').exactOptional(),
  references: f
    .list(
      z.strictObject({ name: f.text('name of the rule'), reward: f.figure('mean reward') }),
      'reference rules of the runs, best first, if there are any',
    )
    .exactOptional(),
  window: f.count('rules in one step of the moving averages'),
  step: f.count('the picture has one point per this number of rules'),
  curves: f.list(
    z.strictObject({
      run: f.run,
      samples: f.count('proposals of the run in all'),
      rewards: f.figures('reward per proposal, up to the first that has none yet'),
      average: f.list(
        z.tuple([f.count('number of the rule, from 1'), f.figure('mean of the rewards up to it')]),
        'moving average of the rewards',
      ),
      distinct: f.number('share of distinct rules'),
      compared: f.count('number of rewards at either end that are compared'),
      first: f.figure('mean of the first rewards'),
      last: f.figure('mean of the last rewards'),
      gain: z.strictObject(difference).describe('last minus first'),
    }),
    'one curve per run',
  ),
  leads: f.list(
    z.strictObject({ run: f.text('first run'), over: f.text('other run'), ...difference }),
    'last rewards of the first run minus those of each other run',
  ),
}) satisfies z.ZodType<LearningCurves>;
