import { type CompiledRule, compileRule, type Expression } from '../rules/index.ts';
import type { Task } from '../tasks/index.ts';
import { checkChild } from './checked.ts';
import { chosenEngine } from './engine.ts';
import { type ChildAndRule, ChildTraining, trainChild } from './train-child.ts';
import type { Trainer, Training } from './trainer.ts';

/**
 * Loads the data and builds the network of a task: the trainer of this program's own children.
 *
 * @throws NosError `data-missing`, `data-corrupt`, `task`.
 */
export async function openChildTrainer(task: Task, options: Parameters<Task['open']>[0]): Promise<Trainer> {
  const child = checkChild(task.name, await task.open({ engine: chosenEngine(), ...options }));
  /** The rule that was trained last: the trainings of an evaluation share what is compiled. */
  let last: { readonly expression: Expression; readonly compiled: CompiledRule } | undefined;
  const subjectOf = ({ rule: expression }: Training): ChildAndRule => {
    if (last?.expression !== expression) last = { expression, compiled: compileRule(expression) };
    return { task: task.name, child, rule: last.compiled };
  };
  return {
    batchSize: child.batchSize,
    trainExamples: child.trainExamples,
    chance: child.chance,
    async train(training, watch) {
      const { state: _, ...trained } = await trainChild(subjectOf(training), training, watch);
      return trained;
    },
    open: (training, watch) => new ChildTraining(subjectOf(training), training, watch),
    close: () => child.close(),
  };
}
