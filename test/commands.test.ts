import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataDirectory } from '../src/data/index.ts';

/**
 * Every command line of README.md and docs/ that calls `nos`, run in a shell as it stands, but smaller, in one working directory: those of a page
 * one after the other, several pages at a time. What cannot run in a minute is named below with its reason; nothing else is left out.
 */
const root = resolve(import.meta.dirname, '..');
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith('.md'),
);

interface Line {
  readonly page: string;
  /** With `nos` for `npx nos` and `bin/nos`, without its comment. */
  readonly command: string;
}

const LINE = /^ {4}(?:npx nos|bin\/nos|nos) (.*?)(?: {2,}#.*)?$/gm;

function linesOf(page: string): readonly Line[] {
  return [...readFileSync(join(root, page), 'utf8').matchAll(LINE)].map(([, rest = '']) => ({
    page,
    command: `nos ${rest.replaceAll(/\b(?:npx nos|bin\/nos) /g, 'nos ')}`,
  }));
}

/** What does not run here, and why. */
const LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [
    /queue\.example|--redis URL/,
    'wants Redis and workers elsewhere; test/dispatcher-conformance.ts and src/dispatch run both',
  ],
  [/--preset paper(?!.*--dry-run)/, "the paper's size takes weeks"],
  [
    /reproduce (?:figure5 --scale 0\.0667|table1 --scale|table2 --scale|figure4 --scale 0\.00667|figure7(?: --scale 0\.01)?$|figure6$)/,
    'takes many minutes or hours',
  ],
  [/^nos studio/, 'serves until it is stopped; test/studio.test.ts starts it'],
  [/reproduce discovery/, 'takes a day; src/reproduce/discovery runs the chain on made-up rewards'],
  [/--samples 300/, 'takes half an hour'],
  [/--mlflow/, 'wants a server of MLflow; test/outlets.test.ts has one'],
  [/^nos lab$/, 'serves until it is ended; test/lab/page.test.ts serves the same'],
  [
    /task-command|^nos \w+ --task \.\/nos/,
    'wants PyTorch, and workers elsewhere; test/crash/program.test.ts runs both forms',
  ],
  [
    /my-training|^nos (?:task check|compare powersign) --task \.\/nos|powersign\.py/,
    'stands in a folder that nos init writes; test/own-training-page.test.ts runs the page',
  ],
  [/task\.mjs/, 'stands in a folder that nos init writes; test/own-task-page.test.ts runs the page'],
  [/digits-torch/, 'wants PyTorch and minutes; test/own-training-page.test.ts searches on such a program'],
  [/bench strategies/, 'takes many minutes'],
  [/--protocol (?:paper|quick@15)/, 'takes many minutes'],
  [/cifar10-wide-resnet/, 'takes minutes'],
  [/multi30k|HYPOTHESES/, 'wants files that are not bundled'],
  [/^nos check/, "wants PyTorch and the reader's own class; test/check.test.ts runs the command"],
  [
    /^nos search --(?:strategy evolution|operands|space|protocol fast|task cifar10-convnet --space)/,
    'a whole search on CIFAR-10 takes minutes',
  ],
];

/** What stands for the reader's own in a command. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  RUN: 'quick-1',
  OTHER: 'trpo',
  RULE: 'powersign',
  INDEX: '5',
  E: '4bit',
};

/** Runs that pages take for granted. */
const RUNS = ['quick-1', 'trpo', 'random-300'];

/** Sizes that are for readers who have minutes, and what they become here. */
const SMALLER: readonly (readonly [RegExp, string])[] = [
  [/--samples [1-9]\d+/, '--samples 10'],
  [/--seeds (?:[4-9]|\d\d+)/, '--seeds 3'],
  [/^nos funnel \S+$/, '$& -n 4 --finalists 2'],
];

/** A command as it runs here. */
function small(command: string): string {
  const named = command.replaceAll(/\b[A-Z]+\b/g, (name) => STANDS_FOR[name] ?? name);
  return SMALLER.reduce((text, [size, smaller]) => text.replace(size, smaller), named);
}

const all = pages.flatMap(linesOf);
const leftOut = ({ command }: Line) => LEFT_OUT.find(([pattern]) => pattern.test(command));
const unique = [...new Map(all.map((line) => [line.command, line])).values()];

/** The size of a search that names none. */
const FEW_SAMPLES = { NOS_SAMPLES: '10' };
/** The same for commands whose default are ten seeds. */
const FEW_SEEDS = { NOS_SEEDS: '3' };
const TAKES_TEN_SEEDS = /^nos (?:compare|card|funnel) /;

/** What a command says on a machine without the data and without a network. */
const WITHOUT_DATA = /CIFAR-10 could not be downloaded/;

let folder = '';
let environment: NodeJS.ProcessEnv = {};

async function shell(command: string): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { ...environment, ...(TAKES_TEN_SEEDS.test(command) && FEW_SEEDS) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((settle) => child.once('close', settle));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, output: `${out}${err}` };
}

describe('the commands of README and docs', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nos-commands-'));
    const bin = join(folder, '.bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'nos'),
      `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/nos')}" "$@"\n`,
    );
    chmodSync(join(bin, 'nos'), 0o755);
    cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
    cpSync(join(root, 'docs/results'), join(folder, 'docs/results'), { recursive: true });
    // An own module finds the package as one that is installed.
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/neural-optimizer-search'), 'dir');
    // npm puts a package's own dependencies beside it.
    symlinkSync(join(root, 'node_modules/zod'), join(folder, 'node_modules/zod'), 'dir');
    const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('NOS_'));
    environment = {
      ...Object.fromEntries(clean),
      PATH: `${bin}:${process.env.PATH}`,
      NOS_STORE: join(folder, 'nos.db'),
      NOS_DATA: dataDirectory(process.env),
      // Several pages share the cores.
      NOS_WORKERS: '1',
      ...FEW_SAMPLES,
    };
    for (const run of RUNS) {
      const made = await shell(`nos search --task digits-mlp --run ${run}`);
      expect(made.code, made.output).toBe(0);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are found, and none is left out that is not there', () => {
    expect(unique.length).toBeGreaterThan(40);
    for (const [pattern, reason] of LEFT_OUT) {
      expect(
        unique.some(({ command }) => pattern.test(command)),
        `${pattern} (${reason})`,
      ).toBe(true);
    }
    for (const [size] of SMALLER)
      expect(
        unique.some(({ command }) => size.test(command)),
        `${size}`,
      ).toBe(true);
  });

  it.concurrent.for(unique.filter((line) => !leftOut(line)))(
    '$page: $command',
    async (line, { skip, expect }) => {
      const { code, output } = await afterItsPage(line, () => shell(small(line.command)));
      skip(
        code === 1 && WITHOUT_DATA.test(output),
        `skipped: '${line.command}' wants CIFAR-10, which cannot be had here`,
      );
      expect(code, output).toBe(0);
    },
  );
});

const underWay = new Map<string, Promise<unknown>>();

/** Runs an action when those of the same page that were asked for before are done. */
function afterItsPage<T>({ page }: Line, action: () => Promise<T>): Promise<T> {
  const result = (underWay.get(page) ?? Promise.resolve()).then(action, action);
  underWay.set(page, result);
  return result;
}
