import { createHash } from 'node:crypto';
import { arrayDataset, type Dataset } from '../data/index.ts';
import { ENGINE } from '../engine/index.ts';
import { ACCURACY, engineOf, environments, NO_ENVIRONMENT } from '../evaluation/index.ts';
import { type CompileWatch, type EngineName, maxPool2d, relu } from '../graph/index.ts';
import { batchNorm, convolution, dense, flatten } from '../nn/index.ts';
import { stream } from '../random/index.ts';
import { compileRule, parseRule } from '../rules/index.ts';
import { defineTask, type Task } from '../tasks/index.ts';
import { chosenEngine } from './engine.ts';
import { checkNativeBits, NATIVE_BITS } from './native-check.ts';
import { trainChild } from './train-child.ts';
import type { Training } from './trainer.ts';

/** Fingerprints under way or known, and those of them that are known by now. */
const asked = new Map<EngineName, Promise<string>>();
const known = new Map<EngineName, string>();

/**
 * What this machine computes with: the engine's version, V8's, the platform, and a hash of the bits of a short fixed training.
 * Machines of one fingerprint give equal evaluations. Takes well under a second; computed once per process.
 *
 * The native engine's names the emitter and not the machine, as its results are the same on all.
 *
 * @param engine The chosen one unless given.
 * @throws NosError `engine` when the engine is not to be had, or computes other bits than it should.
 * @example 'onnxruntime-1.30.0 v8-11.3.244.8-node.38 linux-x64 2f6c0b1de97a4c35'
 */
export async function fingerprint(engine?: EngineName, watch: CompileWatch = {}): Promise<string> {
  const wanted = engine ?? (await chosenEngine());
  const found = asked.get(wanted) ?? computeFingerprint(wanted, watch);
  asked.set(wanted, found);
  return found;
}

/** The fingerprints that this process knows by now: a process that it starts need not compute them again. */
export const knownFingerprints = (): readonly string[] => [...known.values()];

/** Takes the fingerprint of its engine from the process that started this one, with the same Node.js on the same machine. */
export function inheritFingerprint(fingerprint: string): void {
  known.set(engineOf(fingerprint), fingerprint);
  asked.set(engineOf(fingerprint), Promise.resolve(fingerprint));
}

async function computeFingerprint(engine: EngineName, watch: CompileWatch): Promise<string> {
  const fingerprint = await measureFingerprint(engine, watch);
  known.set(engine, fingerprint);
  return fingerprint;
}

async function measureFingerprint(engine: EngineName, watch: CompileWatch): Promise<string> {
  const { v8 } = process.versions;
  if (engine === 'native') {
    await checkNativeBits(watch);
    return `native-${NATIVE_BITS} v8-${v8} ${await trainingBits(engine, watch)}`;
  }
  return `onnxruntime-${ENGINE.version} v8-${v8} ${process.platform}-${process.arch} ${await trainingBits(engine, watch)}`;
}

/** The training uses the paper's child, and so its kernels, and the functions of V8 that rules use. */
const RULE = 'm / (sqrt(v) + eps) + 1e-3 * exp(tanh(w)) * cos(g) + 1e-4 * noise + clip(log(abs(g)), 1e-4)';
const BATCH = 16;
const STEPS = 8;

async function trainingBits(engine: EngineName, watch: CompileWatch): Promise<string> {
  const child = await task.open({ directory: '', engine, ...watch });
  const hash = createHash('sha256');
  const rule = parseRule(RULE);
  const training: Training = {
    rule,
    ruleName: RULE,
    environment: environments.find(NO_ENVIRONMENT),
    learningRate: 1e-3,
    schedule: 'constant',
    budget: { epochs: 1, examples: STEPS * BATCH },
    validationExamples: 1,
    detail: 'accuracy',
    seed: 1,
  };
  const { state } = await trainChild(
    { task: task.name, metric: ACCURACY, child, rule: compileRule(rule) },
    training,
    {
      onProgress: () => {},
    },
  );
  hash.update(new Uint8Array(state.weights.buffer));
  hash.update(new Uint8Array(state.buffers.buffer));
  await child.close();
  return hash.digest('hex').slice(0, 16);
}

/** The paper's child in small, on noise. */
const task: Task = defineTask({
  name: 'fingerprint',
  description: 'a short fixed training',
  load: async () => noise(),
  inputShape: [3, 16, 16],
  classes: 10,
  batchSize: BATCH,
  network: (builder, inputs) => {
    const block = (name: string, x: typeof inputs): typeof inputs =>
      maxPool2d(
        relu(batchNorm(builder, `${name}.norm`, convolution(builder, name, x, { channels: 32, kernel: 3 }))),
        2,
      );
    return dense(builder, 'dense', flatten(block('conv2', block('conv1', inputs))), 10);
  },
});

function noise(): Dataset {
  const random = stream(0, 'fingerprint');
  const part = (examples: number) => ({
    inputs: Float32Array.from({ length: examples * 3 * 16 * 16 }, () => random.normal()),
    labels: Array.from({ length: examples }, () => random.integer(10)),
  });
  return arrayDataset({
    name: 'noise',
    inputShape: [3, 16, 16],
    classes: 10,
    train: part(STEPS * BATCH),
    validation: part(1),
    test: part(1),
  });
}
