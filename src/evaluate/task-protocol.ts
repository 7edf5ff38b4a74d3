import { NosError } from '../errors.ts';
import {
  checkSteps,
  fitToProgram,
  isOwn,
  NO_ENVIRONMENT,
  type Protocol,
  printProtocol,
  type Regime,
} from '../evaluation/index.ts';
import type { Task } from '../tasks/index.ts';

/**
 * The protocol as it trains a task: a program says itself what it is trained with.
 *
 * @throws NosError `bad-option` if the protocol, or the environment, is not one for this task, or would not train it.
 */
export function protocolFor(task: Task, { protocol, environment }: Regime): Protocol {
  const { name, program } = task;
  if (program !== undefined) {
    if (environment.name === NO_ENVIRONMENT) return fitToProgram(protocol, name, program.record);
    const text = `task '${name}' is a program: it trains in its own numbers, and not in environment '${environment.name}'`;
    throw new NosError('bad-option', text, 'leave --environment out');
  }
  if (isOwn(protocol)) {
    const text = `protocol '${printProtocol(protocol)}' is for programs, and task '${name}' is none`;
    throw new NosError('bad-option', text, 'take another protocol, such as quick or fast');
  }
  checkSteps(protocol, task);
  return protocol;
}
