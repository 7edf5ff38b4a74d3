import * as z from 'zod';
import { progressSchema } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';

const task = z
  .strictObject({
    name: f.text('name of the task'),
    description: f.text('what it is, in a line'),
    inputShape: z.array(f.count('size')).describe('shape of one example, for classification').exactOptional(),
    classes: f.count('number of classes, for classification').exactOptional(),
    batchSize: f.count('examples per training step'),
    chance: f.number('score of guessing'),
    options: z
      .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
      .describe('options with their defaults, if the task takes any')
      .exactOptional(),
  })
  .meta({ id: 'Task', description: 'a task' });

export const tasksDocument = z.strictObject({ tasks: f.list(task, 'the tasks') });
export const taskDocument = task;

const named = z.strictObject({ name: f.text('name'), description: f.text('what it is, in a line') });

export const strategiesDocument = z.strictObject({
  strategies: f.list(named, 'strategies of search'),
  algorithms: f.list(named, 'learning algorithms of strategy rl'),
});
export const protocolsDocument = z.strictObject({ protocols: f.list(named, 'protocols of scoring') });
export const environmentsDocument = z.strictObject({
  environments: f.list(named, 'numerical environments of training'),
});

export const completionDocument = z.strictObject({
  shell: f.text('name of the shell'),
  script: f.text('the script that the shell runs, unless words are given').exactOptional(),
  words: f.texts('what may stand in the place of the last of the given words').exactOptional(),
});

export const workerDocument = z.strictObject({
  name: f.text('name of the worker'),
  finished: f.count('evaluations that it finished'),
});

const search = z.strictObject({
  run: f.run,
  project: z
    .strictObject({
      version: f.version,
      fingerprint: f.fingerprint,
      task: f.task,
      checksum: f.text("checksum of the task's data"),
    })
    .describe('what a worker must have in common with the search'),
  reportMilliseconds: f.count('milliseconds between two reports of an evaluation'),
  workers: f.count('workers that serve it'),
  waiting: f.count('evaluations that no worker has begun'),
});

const progress = z.strictObject(
  f.described(progressSchema.shape, {
    phase: 'whether a learning rate is tried or the final training is under way',
    learningRate: 'learning rate of the training under way',
    done: 'share of the evaluation that is done, from 0 to 1',
    accuracy: 'newest validation accuracy',
  }),
);

const worker = z.strictObject({
  name: f.text('name of the worker process'),
  state: f.oneOf(['starting', 'idle', 'busy'], 'what it does'),
  rule: f.text('rule that it evaluates').exactOptional(),
  progress: progress.describe('progress of that evaluation').exactOptional(),
  finished: f.count('evaluations that it finished'),
  restarts: f.count('times that it was started again after a crash or a hang'),
  perMinute: f.number('evaluations per minute over the last ten minutes'),
  version: f.version,
  fingerprint: f.fingerprint,
  run: f.text('name of the run; null while it waits for a search').nullable(),
});

export const workersDocument = z.strictObject({
  redis: f.text('address of Redis, without name and password'),
  searches: f.list(search, 'the searches that want workers'),
  workers: f.list(worker, 'the worker processes'),
});

const dataSet = z.strictObject({
  name: f.text('name of the data set'),
  title: f.text('what it is, in a line'),
  source: f.text('where it comes from'),
  licence: f.text('its licence'),
  bytes: f
    .number('size of the download in bytes: 0 if it comes with the package, null if it is not known')
    .nullable(),
  state: f.oneOf(['present', 'missing', 'corrupt'], 'whether it is on this machine'),
  detail: f.text('where it is, or what is damaged').exactOptional(),
});

export const dataListDocument = z.strictObject({
  directory: f.text('path of the data'),
  dataSets: f.list(dataSet, 'the data sets'),
});

const source = f.text('host or folder that it was fetched from; `present` if it was here already');

export const dataFetchDocument = z.strictObject({
  name: f.text('name of the data set'),
  source,
  directory: f.text('path of the data'),
  state: f.oneOf(['present', 'missing', 'corrupt'], 'whether it is on this machine now'),
});

export const engineFetchDocument = z.strictObject({
  name: z.literal('onnxruntime').describe('name of the engine'),
  version: f.text('version of the engine'),
  source,
  directory: f.text('path of the engine'),
});

export const doctorDocument = z.strictObject({
  healthy: f.flag('whether no check failed'),
  checks: f.list(
    z.strictObject({
      name: f.text('what was checked'),
      state: f.oneOf(
        ['ok', 'absent', 'warn', 'fail'],
        'result; `absent` is what a first search does not need',
      ),
      detail: f.text('what was found'),
      todo: f.text('what to do about it').exactOptional(),
    }),
    'the checks',
  ),
});
