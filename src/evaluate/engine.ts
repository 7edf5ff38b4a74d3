import { NosError } from '../errors.ts';
import type { EngineName } from '../graph/index.ts';

/** What `NOS_ENGINE` may say. `auto` is onnxruntime for now. */
const CHOICES: Readonly<Record<string, EngineName>> = {
  auto: 'onnxruntime',
  onnxruntime: 'onnxruntime',
  native: 'native',
};

/**
 * The engine that this process computes with. It stands in the environment, as worker processes inherit that.
 *
 * @throws NosError `bad-option`.
 */
export function chosenEngine(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EngineName {
  const name = environment.NOS_ENGINE || 'auto';
  const engine = Object.hasOwn(CHOICES, name) ? CHOICES[name] : undefined;
  if (engine !== undefined) return engine;
  throw new NosError(
    'bad-option',
    `NOS_ENGINE: unknown engine '${name}'`,
    `known: ${Object.keys(CHOICES).join(', ')}`,
  );
}
