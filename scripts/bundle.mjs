import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join, normalize } from 'node:path';
import { rolldown } from 'rolldown';

/** What runs by its path. */
const PROGRAMS = ['cli/main', 'dispatch/worker', 'bakeoff/worker', 'trainers/supervisor'];

/** What scripts, benchmarks and tests look at in the inside of rooms. */
const INSIDE = [
  'cli/commands/index',
  'csv',
  'dispatch/silence',
  'evaluate/calibration',
  'evaluate/child-trainer',
  'evaluate/fingerprint',
  'evaluate/native-rule',
  'evaluate/stages',
  'graph/lower',
  'graph/native/addon',
  'graph/native/compiler',
  'graph/native/prelude',
  'graph/onnx/model',
  'graph/onnx/names',
  'graph/simplify/fusions',
  'graph/simplify/rewrite',
  'graph/simplify/simplifications',
  'run/hearing',
  'tasks/character-model',
  'tasks/wide-resnet',
  'user-directories',
  'version',
];

/**
 * Bundles src/ to dist/: a file per room, program and command, and chunks of what they share, each module once. A command is up in two
 * thirds of the time that it takes to find and open 260 modules, a hundred of them zod's, which is bundled too; and so is what the studio's server is made of.
 */
export async function bundle() {
  const rooms = readdirSync('src').filter((name) => existsSync(`src/${name}/index.ts`));
  const entries = ['index', ...rooms.map((room) => `${room}/index`), ...PROGRAMS, ...INSIDE];
  const build = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
    platform: 'node',
    external: (id) => !/^(\.|\/|src\/|zod$|hono$|hono\/|@hono\/)/.test(id),
  });
  const { output } = await build.write({
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    sourcemap: true,
  });
  await build.close();
  // Their licences go where their code goes.
  for (const name of ['zod', 'hono', '@hono/node-server'])
    copyFileSync(`node_modules/${name}/LICENSE`, `dist/chunks/${name.replace('/', '-')}.LICENSE`);
  const written = new Set(output.map(({ fileName }) => normalize(fileName)));
  for (const path of readdirSync('dist', { recursive: true }))
    if (/\.js(\.map)?$/.test(path) && !path.startsWith('web') && !written.has(path))
      rmSync(join('dist', path));
}
