import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Units of the hidden layer; `web/lab/state.ts` has them too. */
const WIDTHS = [8, 16, 32, 64];

/**
 * Writes what the rule lab trains to a folder: for each width of the hidden layer, the graphs of the task `digits-mlp` as ONNX, where its
 * parameters lie and how they start; the digits; and the engine, packed. Run it after the rooms are bundled.
 */
export async function writeNetwork(folder) {
  const { relu } = await import('../dist/graph/index.js');
  const { lower } = await import('../dist/graph/lower.js');
  const { buildClassifier, dense } = await import('../dist/nn/index.js');
  const { resolveTask } = await import('../dist/tasks/index.js');
  const { classifier } = await resolveTask('digits-mlp');
  mkdirSync(folder, { recursive: true });
  const { inputShape, classes, batchSize } = classifier;
  const networks = WIDTHS.map((width) => {
    const network = (nn, inputs) => dense(nn, 'output', relu(dense(nn, 'hidden', inputs, width)), classes);
    const { training, evaluation, parameters } = buildClassifier({ ...classifier, network });
    const files = { training: `training-${width}.onnx`, evaluation: `evaluation-${width}.onnx` };
    writeFileSync(join(folder, files.training), lower(training));
    writeFileSync(join(folder, files.evaluation), lower(evaluation));
    return { width, parameters, ...files };
  });
  writeFileSync(join(folder, 'networks.json'), JSON.stringify({ inputShape, classes, batchSize, networks }));
  copyFileSync('assets/digits/digits.u8.gz', join(folder, 'digits.gz'));
  // A quarter of its size; the page unpacks it.
  const engine = join(
    dirname(createRequire(import.meta.url).resolve('onnxruntime-web')),
    'ort-wasm-simd-threaded.wasm',
  );
  writeFileSync(join(folder, 'onnxruntime.gz'), gzipSync(readFileSync(engine), { level: 9 }));
  writeFileSync(join(folder, 'licences.txt'), licences());
}

/** What the workers of the page contain. Both are under the MIT licence, whose text onnxruntime's package does not bring. */
function licences() {
  const zod = readFileSync('node_modules/zod/LICENSE', 'utf8').trim();
  const engine = zod.replace(/^Copyright .*$/m, 'Copyright (c) Microsoft Corporation');
  return `zod\n\n${zod}\n\nonnxruntime-web\n\n${engine}\n`;
}
