import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { commands } from '../src/cli/commands/index.ts';
import { commandLine, documentOf } from './command-line.ts';
import { noTorch, PYTHON } from './python.ts';
import { noRedis, type RedisServer, startRedis } from './redis-server.ts';

const page = readFileSync(resolve('docs/documents.md'), 'utf8');
const figure6 = resolve('docs/results/figure6');
const { documentsOf, documentsPage } = await import('../scripts/documents.mjs' as string);
const documents: Readonly<Record<string, z.ZodType>> = await documentsOf(commands);
const { here, start, finish } = commandLine();

const TRAINED = ['--task', 'digits-mlp', '--protocol', 'final@1=1e-2', '--workers', '1'];
const EVALUATING = [...TRAINED, '--seeds', '2'];

/** Calls that show every document, in an order that makes what the later ones need. */
const CALLS: readonly (readonly string[])[] = [
  ['search', ...TRAINED, '--space', 'quick', '--samples', '12', '--batch', '6', '--run', 'a'],
  ['search', '--preset', 'quick', '--task', 'digits-mlp', '--samples', '12', '--dry-run'],
  ['resume', 'a'],
  ['ask', 'mine', '--metric', 'loss', '--minimise', '--space', 'quick', '--samples', '4'],
  ['tell', 'mine', '0', '0.5'],
  ['init', 'own'],
  ['runs'],
  ['note', 'a', 'of the test'],
  ['rename', 'a', 'b'],
  ['top', 'b', '--all'],
  ['show', 'b'],
  ['show', 'b', '3'],
  ['log', 'b'],
  ['plot', 'b'],
  ['eval', 'adam', 'g', ...EVALUATING],
  ['compare', 'g', 'adam', ...EVALUATING, '-o', 'compared.svg'],
  ['card', 'g', ...EVALUATING, '--environment', 'none,4bit', '-o', 'card'],
  ['funnel', 'b', '-n', '4', ...EVALUATING],
  ['pack', 'b', '-o', 'b.run.gz'],
  ['unpack', 'b.run.gz', '--as', 'c'],
  ['table', 'b', '-o', 'b.csv.gz'],
  ['rm', 'b', '--yes'],
  ['rule', 'adam'],
  ['export', 'adam', '--to', 'numpy'],
  ...(noTorch ? [] : [['check', 'torch.optim:Adam', '--python', PYTHON, '--steps', '4']]),
  ['rules'],
  ['space'],
  ['space', 'quick', '--operands', 'g,m'],
  ['tasks'],
  ['tasks', 'multi30k-gnmt'],
  ['task', 'check', ...TRAINED, '--seeds', '2'],
  ['strategies'],
  ['protocols'],
  ['environments'],
  ['trajectory', 'sgd', '--function', 'saddle', '--steps', '10'],
  ['lab', '--export', 'lab'],
  ['bleu', resolve('LICENSE'), resolve('LICENSE')],
  ['reproduce', 'figure6', '--from-data', figure6, '-o', 'figure6'],
  [
    ...['bench', 'strategies', '--landscapes', 'digits-mlp', '--strategies', 'random,evolution'],
    ...['--budget', '20', '--repeats', '3', '-o', 'compared', '--workers', '1'],
  ],
  ['data', 'list'],
  ['data', 'fetch', 'digits'],
  ['engine', 'fetch'],
  ['doctor'],
  ['completion', 'bash'],
];

describe('documents', () => {
  it('are of every command', () => {
    const called = CALLS.map(([first, second]) =>
      documents[`${first} ${second}`] ? `${first} ${second}` : first,
    );
    const names = commands.map(({ name }) => name);
    expect([...new Set([...called, 'check', 'studio', 'worker', 'workers'])].sort()).toEqual(
      [...names].sort(),
    );
    const known = Object.keys(documents).map((call) => call.replace(/ ([A-Z-].*)$/, ''));
    expect([...new Set(known)].sort()).toEqual([...names].sort());
  });

  it.each(CALLS)('of nos %s %s %s is what its schema says', async (...args) => {
    // `json` compares it with the schema.
    expect(Object.keys(await here.json(args)).length).toBeGreaterThan(0);
  });

  it('refuse a field that is not in the schema, and one that is missing', async () => {
    const document = { run: 'a', note: '' };
    const schema = await documentOf(['note']);
    expect(schema.safeParse(document).success).toBe(true);
    expect(schema.safeParse({ ...document, more: 1 }).success).toBe(false);
    expect(schema.safeParse({ run: 'a' }).success).toBe(false);
  });

  it('have strict objects, and a description of every field', () => {
    const walk = (schema: z.core.JSONSchema.BaseSchema, path: string): readonly string[] => [
      ...(schema.properties && schema.additionalProperties !== false ? [`${path} is not strict`] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
        walk(field as z.core.JSONSchema.BaseSchema, `${path}.${name}`),
      ),
      ...(typeof schema.items === 'object'
        ? walk(schema.items as z.core.JSONSchema.BaseSchema, `${path}[]`)
        : []),
      ...Object.entries(schema.$defs ?? {}).flatMap(([name, one]) => walk(one, name)),
    ];
    const faults = Object.entries(documents).flatMap(([call, schema]) =>
      walk(z.toJSONSchema(schema, { io: 'input' }), call),
    );
    expect(faults).toEqual([]);
    expect(page.split('\n').filter((line) => line.endsWith('|  |'))).toEqual([]);
  });

  it('are described by docs/documents.md, which `node scripts/documents.mjs` makes', () => {
    expect(documentsPage(documents)).toBe(page);
  });
});

describe.skipIf(noRedis)('documents about workers on Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  it('are what their schemas say', async () => {
    const worker = start(['worker', '--redis', redis.url, '--concurrency', '1', '--json']);
    const ended = finish(worker);
    const workers = async () => (await here.json(['workers', '--redis', redis.url])).workers;
    await expect.poll(workers, { timeout: 60_000, interval: 500 }).toHaveLength(1);
    worker.kill('SIGTERM');
    const { stdout, code } = await ended;
    expect(code).toBe(143);
    (await documentOf(['worker'])).parse(JSON.parse(stdout));
  });
});
