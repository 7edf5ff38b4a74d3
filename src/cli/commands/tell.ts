import { text as readAll } from 'node:stream/consumers';
import * as z from 'zod';
import { NosError } from '../../errors.ts';
import { worth } from '../../evaluation/index.ts';
import * as f from '../../fields.ts';
import { jsonNumber } from '../../json.ts';
import { shorten } from '../../names.ts';
import { type PullState, type Tell, tellTrials } from '../../run/index.ts';
import { shellWord } from '../../shell.ts';
import { defineCommand } from '../command.ts';
import { withStore } from '../files.ts';
import { number, text } from '../option.ts';
import { storeOption } from '../options.ts';

const document = z.strictObject({
  run: f.run,
  status: f.oneOf(['open', 'waiting', 'finished'], 'whether there are further trials: as of `nos ask`'),
  told: f.count('proposals whose rewards the strategy was told'),
  samples: f.count('proposals in all'),
  trials: f.list(
    z.strictObject({
      trial: f.text('name of the trial'),
      rule: f.text('canonical text of its rule'),
      value: f.figure('the value that stands; NaN if the training diverged or failed'),
      status: f.oneOf(['ok', 'diverged', 'failed'], 'how the training ended'),
      isNew: f.flag('whether nobody had told it before'),
    }),
    'what was told now',
  ),
});

export const command = defineCommand({
  documents: { tell: document },
  arguments: '<run> [trial] [value]',
  options: {
    failed: text('the training failed, for that reason', { value: 'REASON', source: 'flag' }).optional(),
    learningRate: number('the learning rate that the value is of', { source: 'flag' }).optional(),
    ...storeOption,
  },
  example: "nos tell mine 12 0.31\nnos tell mine 13 --failed 'out of memory'\nnos tell mine < values.jsonl",
  async run({ arguments: [run = '', trial, value], settings, places }) {
    const tells = trial === undefined ? await linesOf(settings) : [tellOf(trial, value, settings)];
    const { heard, ...state } = await withStore(places, (store) =>
      tellTrials(run, tells, { store, clock: Date.now }),
    );
    const { goal, metric } = state.config.pull;
    const trials = heard.map(({ trial, evaluation: { rule, reward, status }, isNew }) => ({
      ...{ trial, rule, isNew, status: status as 'ok' },
      value: status === 'ok' ? worth(reward, goal) : Number.NaN,
    }));
    const lines = trials.map(({ trial, value, status, isNew }) => {
      const said = status === 'ok' ? `${metric} ${value}` : status;
      return `trial ${trial}: ${said}${isNew ? '' : ', as told before'}`;
    });
    const { told, status, config } = state;
    return {
      document: { run, status, told, samples: config.samples, trials },
      text: [...lines, nextText(run, state)].join('\n'),
    };
  },
});

function nextText(run: string, { status, told, config }: PullState): string {
  if (status === 'finished') return `run '${run}' is finished: \`nos top ${shellWord(run)}\``;
  return `${told} of ${config.samples} told`;
}

interface Given {
  readonly failed?: string | undefined;
  readonly learningRate?: number | undefined;
}

function tellOf(trial: string, value: string | undefined, { failed, learningRate }: Given): Tell {
  if ((value === undefined) === (failed === undefined)) {
    throw new NosError('bad-option', `trial ${trial}: expected a value, or --failed REASON`, EXAMPLE);
  }
  if (failed !== undefined) return { trial, failed };
  return { trial, value: parseValue(value!), learningRate };
}

const EXAMPLE = 'write `nos tell RUN TRIAL VALUE`, as in `nos tell mine 12 0.31`; nan says that it diverged';

function parseValue(given: string): number {
  const named = /^([+-]?)(nan|inf(?:inity)?)$/i.exec(given.trim());
  if (named) return /nan/i.test(given) ? Number.NaN : Number(`${named[1]}Infinity`);
  const value = given.trim() === '' ? Number.NaN : Number(given);
  if (Number.isFinite(value)) return value;
  throw new NosError('bad-option', `'${shorten(given)}' is no value`, EXAMPLE);
}

const lineSchema = z.strictObject({
  trial: z.union([z.string(), z.int().nonnegative().transform(String)]),
  // JavaScript writes null for numbers that are not finite.
  value: jsonNumber
    .nullable()
    .transform((value) => value ?? Number.NaN)
    .optional(),
  failed: z.string().min(1).optional(),
  learningRate: z.number().positive().optional(),
  seconds: z.number().nonnegative().optional(),
  curve: z.array(jsonNumber).optional(),
});

/** One object per line of stdin. */
async function linesOf({ failed, learningRate }: Given): Promise<readonly Tell[]> {
  if (failed !== undefined || learningRate !== undefined) {
    throw new NosError('bad-option', 'expected a trial', EXAMPLE);
  }
  const lines = (await readAll(process.stdin)).split('\n');
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [lineOf(line, i + 1)]));
}

function lineOf(line: string, number: number): Tell {
  const wrong = (why: string): NosError =>
    new NosError(
      'bad-option',
      `line ${number} of stdin: ${why}`,
      'write one object per line: {"trial": "12", "value": 0.31} or {"trial": "13", "failed": "out of memory"}',
    );
  let parsed: unknown;
  try {
    // Python writes NaN and Infinity, which are no JSON.
    parsed = JSON.parse(line.replace(/(?<=[:,[]\s*)(NaN|-?Infinity)(?=\s*[,\]}])/g, '"$1"'));
  } catch {
    throw wrong('no JSON');
  }
  const checked = lineSchema.safeParse(parsed);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    throw wrong(`${issue?.path.join('.') || 'object'}: ${issue?.message}`);
  }
  const { trial, value, failed, ...more } = checked.data;
  if ((value === undefined) === (failed === undefined)) throw wrong('expected value, or failed');
  return failed === undefined ? { trial, value: value!, ...more } : { trial, failed, ...more };
}
