import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { command as check } from './commands/check.ts';
import { command as search } from './commands/search.ts';
import { type ConfigurationSources, resolveSettings } from './configuration.ts';
import { flagOf, variableOf } from './option.ts';
import { fromPlace, output, settings as shared } from './options.ts';
import { presets } from './presets.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nos-configuration-'));
});

const file = (content: unknown, name = 'nos.config.json'): void =>
  writeFileSync(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));

const options = {
  ...search.options,
  output: output('', ''),
  from: fromPlace('', ''),
  fromData: fromPlace('', ''),
};

const resolve = async (sources: Partial<ConfigurationSources> = {}) =>
  resolveSettings(options, { flags: {}, environment: {}, directory, ...sources }).settings;

it('an option that a command sets by its flag alone takes nothing from a setting of that name', async () => {
  file({ option: { temperature: 1 } });
  const { settings } = resolveSettings(check.options, {
    flags: { option: 'lr=0.1,betas=[0.9,0.99],mode=fast,nesterov=True' },
    environment: { NOS_OPTION: 'novelty=2' },
    directory,
  });
  expect(settings.option).toEqual({ lr: 0.1, betas: [0.9, 0.99], mode: 'fast', nesterov: true });
  expect((await resolve({ environment: { NOS_OPTION: 'novelty=2' } })).option).toEqual({
    temperature: 1,
    novelty: 2,
  });
});

describe('a configuration file', () => {
  const bytes = (content: Uint8Array): void => writeFileSync(join(directory, 'nos.config.json'), content);

  it('may begin with a byte order mark', async () => {
    file('\ufeff{ "batch": 11 }');
    expect((await resolve()).batch).toBe(11);
  });

  it.each([
    ['UTF-16 (little-endian)', Buffer.from('\ufeff{ "batch": 11 }', 'utf16le')],
    ['UTF-16 (big-endian)', Buffer.from('\ufeff{ "batch": 11 }', 'utf16le').swap16()],
    ['UTF-16 (little-endian, without a byte order mark)', Buffer.from('{ "batch": 11 }', 'utf16le')],
    ['UTF-32 (little-endian)', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0])],
  ])('in %s is refused by that name', async (encoding, content) => {
    bytes(content);
    await expect(resolve()).rejects.toMatchObject({
      code: 'bad-text',
      exitCode: 2,
      message: `${join(directory, 'nos.config.json')} is in ${encoding}`,
      hint: 'save the text as UTF-8',
    });
  });

  it('in another encoding is refused with the line', async () => {
    bytes(Buffer.from('{\n"run": "schön" }', 'latin1'));
    await expect(resolve()).rejects.toThrow(/^line 2 of .*nos\.config\.json is not UTF-8$/);
  });

  it.each([
    ['\u200b', 'U+200B'],
    ['\u00a0', 'U+00A0'],
    ['\u0001', 'U+0001'],
  ])('with an invisible character is refused by its number: %j', async (character, number) => {
    file(`{${character}"batch": 11 }`);
    await expect(resolve()).rejects.toMatchObject({ message: expect.stringContaining(number) });
  });
});

describe('paths', () => {
  const environment = { HOME: '/home/ada', USERPROFILE: '/home/ada' };
  const paths = { store: '~/x.db', data: '~/data', task: '~/a.mjs, digits-mlp, ~/b.mjs' };
  const expanded = {
    store: '/home/ada/x.db',
    data: '/home/ada/data',
    task: '/home/ada/a.mjs,digits-mlp,/home/ada/b.mjs',
  };

  it('may begin with the home of the user: in flags', async () => {
    const flags = { ...paths, output: '~/o', from: '~/archive.tgz', fromData: '~/results' };
    expect(await resolve({ flags, environment })).toMatchObject({
      ...expanded,
      output: '/home/ada/o',
      from: '/home/ada/archive.tgz',
      fromData: '/home/ada/results',
    });
  });

  it('in the environment, by every name, and in the file', async () => {
    const { store, data, task } = paths;
    const variables = { NOS_STORE: store, NOS_DATA_DIR: data, NOS_TASK: task };
    expect(await resolve({ environment: { ...environment, ...variables } })).toMatchObject(expanded);
    file(paths);
    expect(await resolve({ environment })).toMatchObject(expanded);
  });

  it('also that of the file itself', async () => {
    file({ batch: 9 }, 'own.json');
    const flags = { config: '~/own.json' };
    expect((await resolve({ flags, environment: { HOME: directory, USERPROFILE: directory } })).batch).toBe(
      9,
    );
  });

  it('but not with that of another', async () => {
    file({ store: '~ada/x.db' });
    const refused = (where: string) => expect.objectContaining({ message: expect.stringContaining(where) });
    await expect(resolve()).rejects.toEqual(refused("nos.config.json: store: '~ada/x.db' begins with"));
    const flags = { data: '~ada/x' };
    await expect(resolve({ flags })).rejects.toEqual(refused("--data: '~ada/x' begins with"));
    await expect(resolve({ environment: { NOS_DATA_DIR: '~ada/x' } })).rejects.toMatchObject({
      code: 'bad-option',
    });
  });

  it('and other settings are left as they are', async () => {
    expect((await resolve({ flags: { run: '~/x' } })).run).toBe('~/x');
  });
});

describe('precedence', () => {
  it('is flag, environment, file, preset, default', async () => {
    file({ batch: 11, samples: 12, seed: 13 });
    const settings = await resolve({
      flags: { preset: 'quick', samples: '22' },
      environment: { NOS_SEED: '31', NOS_SAMPLES: '32' },
    });
    expect(settings.samples).toBe(22);
    expect(settings.seed).toBe(31);
    expect(settings.batch).toBe(11);
    expect(settings.space).toBe(presets.quick?.space);
    expect(settings.pipeline).toBe(2);
  });

  it('takes the preset and the file from the environment too', async () => {
    file({ batch: 9 }, 'other.json');
    const settings = await resolve({ environment: { NOS_PRESET: 'paper', NOS_CONFIG: 'other.json' } });
    expect(settings.protocol).toBe('paper');
    expect(settings.batch).toBe(9);
  });

  it('joins strategy options key by key', async () => {
    file({ option: { hidden: 20, entropyWeight: 0.1 } });
    const { option } = await resolve({
      flags: { preset: 'paper', option: 'entropyWeight=0.2,word=yes' },
    });
    expect(option).toEqual({
      algorithm: 'trpo-adam',
      learningRate: 1e-5,
      hidden: 20,
      entropyWeight: 0.2,
      redraws: 0,
      novelty: 0,
      word: 'yes',
    });
  });

  it('takes an algorithm for one of strategy rl, unless a strategy stands beside it', async () => {
    expect((await resolve({ flags: { algorithm: 'ppo' } })).strategy).toBe('rl');
    expect((await resolve({ environment: { NOS_ALGORITHM: 'ppo' } })).strategy).toBe('rl');
    expect((await resolve({ flags: { algorithm: 'ppo', strategy: 'tree' } })).strategy).toBe('tree');
    file({ algorithm: 'ppo' });
    expect((await resolve({ flags: { strategy: 'random' } })).strategy).toBe('random');
  });

  it("leaves a preset's strategy options out where the strategy is another", async () => {
    expect((await resolve({ flags: { preset: 'paper', strategy: 'random' } })).option).toEqual({});
  });

  it('takes rules apart at commas outside parentheses; a file lists them', async () => {
    const text = 'adam, clip(g, 1e-4) * drop(exp(m), 0.1),sgd';
    const rules = ['adam', 'clip(g, 1e-4) * drop(exp(m), 0.1)', 'sgd'];
    expect((await resolve({ flags: { warmStart: text } })).warmStart).toEqual(rules);
    expect((await resolve({ environment: { NOS_WARM_START: text } })).warmStart).toEqual(rules);
    file({ warmStart: rules });
    expect((await resolve()).warmStart).toEqual(rules);
    await expect(resolve({ flags: { warmStart: 'adam,,sgd' } })).rejects.toThrow('--warm-start: expected');
  });

  it('ignores empty variables and those of other programs', async () => {
    const settings = await resolve({ environment: { NOS_TASK: '', NOSE: 'x' } });
    expect(settings.task).toBe('cifar10-convnet');
  });

  it('knows the data directory by two names', async () => {
    expect((await resolve({ environment: { NOS_DATA_DIR: '/somewhere' } })).data).toBe('/somewhere');
  });
});

describe('mistakes', () => {
  const cases: readonly [string, () => Partial<ConfigurationSources>, string][] = [
    ['an unknown variable', () => ({ environment: { NOS_WORKRES: '2' } }), "'NOS_WORKRES'"],
    [
      'a variable that is no number',
      () => ({ environment: { NOS_SEED: 'x' } }),
      'NOS_SEED: expected an integer',
    ],
    ['a flag below its minimum', () => ({ flags: { samples: '0' } }), '--samples: expected an integer of 1'],
    ['a negative seed', () => ({ flags: { seed: '-1' } }), '--seed: expected an integer of 0'],
    ['a seed beyond 2^53', () => ({ flags: { seed: '9007199254740993' } }), '--seed'],
    ['an option without a value', () => ({ flags: { option: 'hidden' } }), 'expected KEY=VALUE'],
    ['an unknown preset', () => ({ flags: { preset: 'qick' } }), "unknown preset 'qick'"],
    ['a preset that every object has', () => ({ flags: { preset: 'constructor' } }), 'unknown preset'],
    ['a missing file', () => ({ flags: { config: 'none.json' } }), 'no such file'],
  ];
  it.each(cases)('%s is named', async (_, sources, message) => {
    await expect(resolve(sources())).rejects.toThrow(message);
    await expect(resolve(sources())).rejects.toMatchObject({ exitCode: 2 });
  });

  const files: readonly [string, unknown, string][] = [
    ['an unknown key', { sampels: 3 }, "'sampels'"],
    ['a key that is for one call alone', { json: true }, "'json'"],
    ['a value of another type', { samples: '3' }, 'samples: '],
    ['a value below its minimum', { samples: 0 }, 'samples: '],
    ['text that is not JSON', '{', 'not JSON'],
    ['a list', [], 'expected one JSON object'],
    ['an assignment as text', { option: 'a=1' }, 'option: expected { "key": value }'],
    ['words as text', { constraints: 'distinct' }, 'constraints: expected a list such as'],
  ];
  it.each(files)('%s in the file is named', async (_, content, message) => {
    file(content);
    await expect(resolve()).rejects.toThrow(message);
    await expect(resolve()).rejects.toThrow(join(directory, 'nos.config.json'));
  });
});

describe('the options table', () => {
  it('names flags and variables in their own ways', () => {
    expect(flagOf('dryRun')).toBe('--dry-run');
    expect(variableOf('dryRun')).toBe('NOS_DRY_RUN');
    const names = Object.keys(shared);
    expect(new Set(names.map(flagOf)).size).toBe(names.length);
  });
});
