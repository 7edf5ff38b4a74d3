import { NosError } from '../errors.ts';
import type { EngineName } from '../graph/index.ts';
import { checkNativeBits } from './native-check.ts';

/** What `NOS_ENGINE` may say: an engine, or `auto`, which is the native one if that works on this machine, and onnxruntime otherwise. */
export type EngineChoice = 'auto' | EngineName;

const CHOICES: readonly EngineChoice[] = ['auto', 'native', 'onnxruntime'];

/**
 * What the user has chosen. It stands in the environment, as worker processes inherit that.
 *
 * @throws NosError `bad-option`.
 */
export function engineChoice(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EngineChoice {
  const name = environment.NOS_ENGINE || 'auto';
  const choice = CHOICES.find((one) => one === name);
  if (choice !== undefined) return choice;
  throw new NosError('bad-option', `NOS_ENGINE: unknown engine '${name}'`, `known: ${CHOICES.join(', ')}`);
}

/** The engine that this process computes with. Under `auto`, the native one is tried out, once per process. */
export async function chosenEngine(choice = engineChoice()): Promise<EngineName> {
  if (choice !== 'auto') return choice;
  try {
    await checkNativeBits();
    return 'native';
  } catch (error) {
    if (isEngineTrouble(error)) return 'onnxruntime';
    throw error;
  }
}

/** Whether an engine is not to be had, or lacks an operation: under `auto`, another one takes its place. */
export function isEngineTrouble(error: unknown): error is NosError {
  return error instanceof NosError && error.code === 'engine';
}
