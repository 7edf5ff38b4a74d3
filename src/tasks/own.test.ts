import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NosError } from '../errors.ts';
import { messageOf, ownError, placeIn, placeOf } from '../thrown.ts';
import { resolveTask, taskReference } from './registry.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nos-own-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a module, and gives its path. */
async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** What Node.js finds by these names, working in the folder: a task, or an error. A test runner imports modules in a way of its own. */
async function resolvedByNode(names: readonly string[]): Promise<readonly unknown[]> {
  const script = `
    const { resolveTask } = await import(process.argv[1]);
    const found = [];
    for (const name of process.argv.slice(2)) {
      found.push(await resolveTask(name).then(
        ({ name }) => ({ name }),
        ({ code, exitCode, message, hint }) => ({ code, exitCode, message, hint }),
      ));
    }
    console.log(JSON.stringify(found));`;
  const tasks = new URL('../../dist/tasks/index.js', import.meta.url).href;
  const args = ['--input-type=module', '--eval', script, tasks, ...names];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  return JSON.parse(stdout) as readonly unknown[];
}

/** A task that opens a child; what `child` says replaces its parts. */
const withChild = (child: string) => `
export const task = {
  name: 'line', description: '', batchSize: 5, chance: 0.1, checksum: async () => '0',
  open: async () => ({
    batchSize: 5, trainExamples: 10, chance: 0.1,
    initialState: () => ({ weights: new Float32Array(2), buffers: new Float32Array(0) }),
    step: async () => 1,
    score: async () => 0.5,
    close: async () => {},
    ${child}
  }),
};`;

describe('what was thrown', () => {
  it.each([
    [new Error('boom'), 'boom'],
    [new TypeError(''), 'TypeError'],
    [new Error('two\n  lines'), 'two lines'],
    ['plain text', 'plain text'],
    ['', 'threw ""'],
    [undefined, 'threw undefined'],
    [null, 'threw null'],
    [7n, 'threw 7n'],
    [{ message: 'no error' }, 'threw an object'],
    [runInNewContext('Object.create(null)'), 'threw an object'],
    [
      Object.defineProperty(new Error('x'), 'message', {
        get: () => {
          throw new Error('again');
        },
      }),
      'threw an error that cannot be read',
    ],
  ])('%# has a message of one line', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
    expect(ownError('task', "task 'line'", thrown)).toMatchObject({ code: 'task', exitCode: 1 });
  });

  it('is short', () => {
    expect(messageOf(new Error('x'.repeat(100_000))).length).toBeLessThan(600);
  });

  it('is left as it is where this package has refused something', () => {
    const refused = new NosError('data-missing', 'no data');
    expect(ownError('task', "task 'line'", refused)).toBe(refused);
  });

  it('has its place in the user’s files, not in ours, nor in other packages', () => {
    const own = new URL('../../src/nn/layers.ts', import.meta.url).href;
    const stack = (...frames: string[]) => ['Error: boom', ...frames].join('\n');
    expect(
      placeIn(
        stack(
          '    at new Tensor (node:internal/x:1:2)',
          `    at dense (${own}:12:7)`,
          '    at twice (file:///home/me/node_modules/twice/index.js:3:1)',
          '    at async Object.network (file:///home/me/my%20tasks/t.mjs:40:5)',
        ),
      ),
    ).toBe('t.mjs:40');
    expect(placeIn(stack('    at Object.<anonymous> (/home/me/a (copy)/t.cjs:7:9)'))).toBe('t.cjs:7');
    expect(placeIn(stack('    at /home/me/t.cjs:7:9'))).toBe('t.cjs:7');
    expect(placeIn(stack('    at f (/home/me/node_modules/a/b.js:1:1)'))).toBe('b.js:1');
    expect(
      placeIn(stack(`    at dense (${own}:12:7)`, '    at async Promise.all (index 0)')),
    ).toBeUndefined();
    expect(placeOf('no error')).toBeUndefined();
  });
});

describe('a module of the user’s own', () => {
  it('says what is wrong and where', async () => {
    const cases: readonly (readonly [name: string, text: string, message: RegExp])[] = [
      ['boom.mjs', "\nthrow new Error('boom');", /boom\.mjs: boom \(boom\.mjs:2\)$/],
      ['later.mjs', "await null;\n\nthrow new Error('boom');", /later\.mjs: boom \(later\.mjs:3\)$/],
      ['plain.mjs', "throw 'plain text';", /plain\.mjs: plain text$/],
      [
        'broken.mjs',
        'const fine = 1;\nexport const = 1;',
        /broken\.mjs: Unexpected token '=' \(broken\.mjs:2\)$/,
      ],
      ['asks.mjs', "import './broken.mjs';", /asks\.mjs: Unexpected token '=' \(broken\.mjs:2\)$/],
      ['name.mjs', "\nimport { no } from './plain.mjs';", /name\.mjs: .*export named 'no' \(name\.mjs:2\)$/],
      ['json.mjs', "\n\nJSON.parse('{bad');", /json\.mjs: .*JSON.* \(json\.mjs:3\)$/],
      ['broken.cjs', '\nconst x = ;', /broken\.cjs: Unexpected token ';' \(broken\.cjs:2\)$/],
      [
        'absent.cjs',
        "require('./no.cjs');",
        /absent\.cjs: cannot find \.\/no\.cjs, which absent\.cjs imports$/,
      ],
      ['absent.mjs', "import './no.mjs';", /absent\.mjs: cannot find .*no\.mjs, which absent\.mjs imports$/],
      ['never.mjs', 'await new Promise(() => {});', /never\.mjs: never finished loading$/],
    ];
    for (const [name, text] of cases) await write(name, text);
    const found = await resolvedByNode(cases.map(([name]) => join(folder, name)));
    for (const [i, [, , message]] of cases.entries()) {
      expect(found[i]).toMatchObject({ code: 'task', exitCode: 1, message: expect.stringMatching(message) });
    }
  });

  it('is told how to find a package, this one where it lies', async () => {
    await write('us.mjs', "import { tanh } from 'neural-optimizer-search/graph';");
    await write('others.mjs', "import x from '@some/package/part';");
    const [us, others] = await resolvedByNode([join(folder, 'us.mjs'), join(folder, 'others.mjs')]);
    const root = resolve(import.meta.dirname, '../..');
    expect(us).toMatchObject({
      code: 'task',
      message: expect.stringContaining(
        "cannot find the package 'neural-optimizer-search', which us.mjs imports",
      ),
      hint: `in ${folder}: npm install ${root}`,
    });
    expect(others).toMatchObject({ code: 'task', hint: `in ${folder}: npm install @some/package` });
  });

  it('may be TypeScript, and import more of it', async () => {
    await write('two.ts', 'export interface Two { readonly two: number }\nexport const two: number = 2;');
    const typed = `import { type Two, two } from './two.ts';\nconst own: Two = { two };\n${withChild('')}`;
    await write(
      'one.cts',
      `${withChild('').replace('export const task', 'const task: object')}\nexports.task = task;`,
    );
    const names = [await write('typed.ts', typed), await write('typed.mts', typed), join(folder, 'one.cts')];
    expect(await resolvedByNode(names)).toEqual(names.map(() => ({ name: 'line' })));
  });

  it('in TypeScript says where it fails', async () => {
    const types = 'interface A {\n  readonly a: number;\n}\n';
    await write(
      'deep.ts',
      `${types}export const fail = (a: A): never => {\n  throw new Error('boom ' + a.a);\n};`,
    );
    const found = await resolvedByNode([
      await write('throws.ts', `import { fail } from './deep.ts';\n${types}fail({ a: 1 });`),
      await write('enum.ts', `${types}enum B { c }`),
      await write('broken.ts', `${types}const b: = 1;`),
    ]);
    expect(found).toMatchObject([
      { code: 'task', message: expect.stringMatching(/boom 1 \(deep\.ts:5\)$/) },
      { code: 'task', message: expect.stringMatching(/enum.*\(enum\.ts:4\)$/) },
      { code: 'task', message: expect.stringMatching(/\(broken\.ts:4\)$/) },
    ]);
  });

  it('may have any name, be a link, CommonJS, or a file without an ending, and be named by a URL', async () => {
    const names = ['with space.mjs', '100%.mjs', 'a#b.mjs', 'why?.mjs', 'ünïcode.mjs', 'a%20b.mjs'];
    const cjs = withChild('').replace('export const task =', 'const task =');
    for (const name of names) await write(name, withChild(''));
    await write('one.cjs', `${cjs}\nexports.task = task;`);
    // Names that Node.js does not see.
    await write('two.cjs', `${cjs}\nmodule.exports = { ...{ task } };`);
    await write('ending', `${cjs}\nexports.task = task;`);
    await symlink(join(folder, 'one.cjs'), join(folder, 'link.cjs'));
    const paths = [...names, 'one.cjs', 'two.cjs', 'ending', 'link.cjs'].map((name) => join(folder, name));
    const urls = paths.map((path) => pathToFileURL(path).href);
    for (const found of await resolvedByNode([...paths, ...urls, 'ending']))
      expect(found).toEqual({ name: 'line' });
    expect(await taskReference(urls[0] as string)).toBe(await taskReference(paths[0] as string));
  });

  it.each([
    ["export default { name: 'x' };", /it exports default; expected an export named 'task'/],
    ['', /it exports nothing; expected/],
    ['export const task = () => 1;', /its export 'task' is a function; expected/],
    ["export const task = 'digits-mlp';", /its export 'task' is "digits-mlp"; expected/],
    ['export const task = null;', /its export 'task' is null; expected/],
  ])('without a task says what it exports: %s', async (text, message) => {
    const path = await write(`none-${message.source.length}.mjs`, text);
    await expect(resolveTask(path)).rejects.toMatchObject({
      code: 'bad-option',
      message: expect.stringMatching(message),
      hint: expect.stringContaining('export const task = defineTask'),
    });
  });

  it.each([
    ['nowhere.mjs', /nowhere\.mjs: no such file$/],
    ['folder', /folder: it is a folder, not a file$/],
    ['void.mjs/t.mjs', /t\.mjs: no such file$/],
  ])('that is none is said to be none, without a word of our files: %s', async (name, message) => {
    await mkdir(join(folder, 'folder'), { recursive: true });
    const error = (await resolveTask(join(folder, name)).catch((reason: unknown) => reason)) as NosError;
    expect(error).toMatchObject({ code: 'unknown-name', message: expect.stringMatching(message) });
    expect(error.message).not.toContain('registry');
  });

  it('refuses a URL that is no file of this machine', async () => {
    await expect(resolveTask('file://host/t.mjs')).rejects.toMatchObject({ code: 'bad-option' });
    await expect(resolveTask('https://example.org/t.mjs')).rejects.toMatchObject({ code: 'unknown-name' });
  });

  it.each([
    ['initialState', "initialState: () => { throw 'plain'; },", /^task 'line': plain$/],
    ['step', '\nstep: async () => null.foo,', /^task 'line': Cannot read .*foo.* \(step\.mjs:\d+\)$/],
    ['score', '\nscore: () => { throw new Error("boom"); },', /^task 'line': boom \(score\.mjs:\d+\)$/],
    [
      'measures',
      '\nmeasures: async () => { throw new Error("boom"); },',
      /^task 'line': boom \(measures\.mjs:/,
    ],
    ['close', 'close: async () => { throw undefined; },', /^task 'line': threw undefined$/],
  ] as const)('that throws in %s is named', async (method, text, message) => {
    const task = await resolveTask(await write(`${method}.mjs`, withChild(text)));
    const child = await task.open({ directory: '' });
    const state = { weights: new Float32Array(2), buffers: new Float32Array(0) };
    const call = async (): Promise<unknown> => {
      switch (method) {
        case 'initialState':
          return child.initialState(1);
        case 'step':
          return child.step(new Uint32Array(5), state, new Float32Array(2), { seed: 1, step: 0 });
        case 'close':
          return child.close();
        default:
          return child[method]?.('test', 5, state);
      }
    };
    await expect(call()).rejects.toMatchObject({ code: 'task', message: expect.stringMatching(message) });
  });

  it('that throws where it opens its data or builds its network is named', async () => {
    const facts = "name: 'bad', description: '', inputShape: [2], classes: 2, batchSize: 5,";
    const at = async (name: string, parts: string) => {
      const task = await resolveTask(await write(name, `export const task = { ${facts}\n ${parts} };`));
      return task.open({ directory: '' });
    };
    await expect(
      at('load.mjs', 'load: async () => { throw new Error("no file"); }, network: () => 1'),
    ).rejects.toThrow("task 'bad': no file (load.mjs:2)");
    await expect(at('void.mjs', 'load: async () => {}, network: () => 1')).rejects.toThrow(
      "task 'bad': load gave undefined: expected a data set",
    );
    const split = '{ size: 10, fill: () => {} }';
    const data = `({ inputShape: [2], classes: 2, train: ${split}, validation: ${split}, test: ${split} })`;
    await expect(
      at('network.mjs', `load: async () => ${data},\n network: () => { throw new Error("no layer"); }`),
    ).rejects.toThrow("task 'bad': no layer (network.mjs:3)");
    await expect(
      at('split.mjs', `load: async () => ({ ...${data}, test: {} }), network: () => 1`),
    ).rejects.toThrow("task 'bad': its data have no split 'test': expected { size, fill }");
  });

  it('keeps the object of its methods', async () => {
    const text = `
      class Line {
        name = 'line'; description = ''; batchSize = 5; chance = 0.1;
        async checksum() { return this.name; }
        async open() { return new Child(this.name); }
      }
      class Child {
        batchSize = 5; trainExamples = 10; chance = 0.1;
        constructor(name) { this.name = name; }
        initialState() { return { weights: new Float32Array(this.name.length), buffers: new Float32Array(0) }; }
        async step() { return this.name.length; }
        async score() { return 1 / this.name.length; }
        async close() {}
      }
      export const task = new Line();`;
    const task = await resolveTask(await write('class.mjs', text));
    expect(await task.checksum({ directory: '' })).toBe('line');
    const child = await task.open({ directory: '' });
    expect(child.initialState(1).weights).toHaveLength(4);
    expect(await child.score('test', 1, child.initialState(1))).toBe(0.25);
  });
});
