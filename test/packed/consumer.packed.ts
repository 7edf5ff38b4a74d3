import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { output, shell } from './commands.ts';

/**
 * The package as its users get it: packed, and installed into an empty folder with scripts allowed, by the npm that runs here. A home of its
 * own shows that nothing is found by chance.
 */
const root = resolve(import.meta.dirname, '../..');
const { exports, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const entries = Object.keys(exports).map((path) => path.replace('.', 'neural-optimizer-search'));

let directory: string;
let consumer: string;
let packed: readonly string[];
let home: NodeJS.ProcessEnv;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-packed-'));
  consumer = join(directory, 'consumer');
  home = { HOME: join(directory, 'home'), XDG_DATA_HOME: '', XDG_CACHE_HOME: '' };
  await mkdir(consumer);
  await mkdir(join(directory, 'home'));
  // Built by now: scripts would build under the hands of others.
  const [about] = JSON.parse(
    output(root, `npm pack --json --ignore-scripts --pack-destination ${directory}`),
  );
  packed = about.files.map(({ path }: { path: string }) => path);
  await writeFile(join(consumer, 'package.json'), '{ "private": true, "type": "module" }');
  output(consumer, `npm install --no-audit --no-fund ${join(directory, about.filename)}`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('the package', () => {
  it('holds the program, the pages that it names, and an example', () => {
    const expected = [
      ...[
        'README.md',
        'LICENSE',
        'bin/nos',
        'dist/cli/main.js',
        'dist/index.d.ts',
        'dist/dispatch/worker.js',
      ],
      ...['docs/cli.md', 'docs/tasks.md', 'docs/results/figure4.svg', 'examples/custom-task.mjs'],
      'assets/landscapes/digits-mlp.json.gz',
    ];
    expect(packed).toEqual(expect.arrayContaining(expected));
    const installed = join(consumer, 'node_modules/neural-optimizer-search');
    expect(expected.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
  });

  it('holds nothing that only tests, builds or benchmarks use, nor data of results', () => {
    const others =
      /(\.test\.|\.map$|\.tsbuildinfo$|^(src|test|bench|scripts|engine)\/|^docs\/.*\.(json|csv)$)/;
    expect(packed.filter((path) => others.test(path))).toEqual([]);
  });

  it('brings the engine, for this platform alone, by no script but its own', () => {
    const folder = join(consumer, 'node_modules/neural-optimizer-search/engine');
    // npm 12 runs no scripts here: then the first command that trains brings it.
    if (existsSync(folder)) expect(readdirSync(folder)).toEqual([expect.stringContaining(process.platform)]);
    expect(existsSync(join(consumer, 'node_modules/onnxruntime-node'))).toBe(false);
  });
});

describe('a consumer in JavaScript', () => {
  it.each(entries)('imports %s', (entry) => {
    const code = `import * as room from '${entry}'; console.log(Object.keys(room).length > 0)`;
    expect(output(consumer, `node --input-type=module -e "${code}"`)).toBe('true\n');
  });

  it('compiles a rule and takes a step', async () => {
    const program = `
      import { compileRule, parseRule } from 'neural-optimizer-search';
      const weights = Float32Array.of(1, -2);
      compileRule(parseRule('sign(g)')).start({ size: 2, steps: 1, seed: 1 }).step(weights, Float32Array.of(3, -4), 0.5);
      console.log([...weights].join());`;
    await writeFile(join(consumer, 'step.js'), program);
    expect(output(consumer, 'node step.js')).toBe('0.5,-1.5\n');
  });

  it('runs nos', () => {
    expect(output(consumer, 'npx nos --version')).toBe(`${version}\n`);
    const { evaluations } = JSON.parse(output(consumer, 'npx nos eval adam --task digits-mlp --json', home));
    expect(evaluations[0]).toMatchObject({ rule: 'adam', status: 'ok' });
    expect(evaluations[0].reward).toBeGreaterThan(0.9);
  });

  it('runs the example, which imports the package', () => {
    const example = 'node_modules/neural-optimizer-search/examples/custom-task.mjs';
    const { evaluations } = JSON.parse(output(consumer, `npx nos eval adam --task ${example} --json`, home));
    expect(evaluations[0]).toMatchObject({ status: 'ok' });
  });
});

describe('a consumer in TypeScript', () => {
  it.each([
    ['node16', 'node16'],
    ['esnext', 'bundler'],
  ])(
    'compiles every entry under --strict, every library checked: --module %s',
    async (module, resolution) => {
      const imports = entries.map((entry, i) => `import * as room${i} from '${entry}';`);
      const uses = entries.map((_, i) => `room${i}`).join(', ');
      const program = `${imports.join('\n')}
      import { compileRule, type Expression, parseRule } from 'neural-optimizer-search/rules';
      const rule: Expression = parseRule('g');
      const weights: Float32Array = Float32Array.of(1);
      compileRule(rule).start({ size: 1, steps: 1, seed: 1 }).step(weights, weights, 0.1);
      console.log(${uses});`;
      await writeFile(join(consumer, `${resolution}.ts`), program);
      const compiler = join(root, 'node_modules/typescript/bin/tsc');
      const options = `--strict --noEmit --skipLibCheck false --target es2023 --module ${module} --moduleResolution ${resolution}`;
      const { stdout, status } = shell(consumer, `node ${compiler} ${options} ${resolution}.ts`);
      expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
      await writeFile(
        join(consumer, 'wrong.ts'),
        "import { parseRule } from 'neural-optimizer-search/rules'; parseRule(1);",
      );
      expect(shell(consumer, `node ${compiler} ${options} wrong.ts`).stdout).toMatch(/wrong\.ts.*TS2345/);
    },
  );
});
