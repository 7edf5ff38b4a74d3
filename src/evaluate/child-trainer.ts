import { type Metric, metricOf } from '../evaluation/index.ts';
import type { EngineName } from '../graph/index.ts';
import { compileRule, type Expression } from '../rules/index.ts';
import type { Child, Task } from '../tasks/index.ts';
import { checkChild } from './checked.ts';
import { chosenEngine, engineChoice, isEngineTrouble } from './engine.ts';
import { fingerprint } from './fingerprint.ts';
import { type NativeRule, openNativeRule } from './native-rule.ts';
import { type ChildAndRule, ChildTraining, trainChild } from './train-child.ts';
import type { Trainer, Training } from './trainer.ts';

type OpenOptions = Parameters<Task['open']>[0];

/**
 * Loads the data and builds the network of a task: the trainer of this program's own children.
 *
 * @throws NosError `data-missing`, `data-corrupt`, `task`, `engine`.
 */
export async function openChildTrainer(task: Task, options: OpenOptions): Promise<Trainer> {
  const metric = metricOf(task);
  const { engine, child } = await openChild(task, metric, options);
  const compile = (e: Expression): Pick<ChildAndRule, 'rule'> & Partial<NativeRule> =>
    engine === 'native' ? openNativeRule(e, child.tensors ?? []) : { rule: compileRule(e) };
  /** The rule that was trained last: the trainings of an evaluation share what is compiled. */
  let last: { readonly expression: Expression; readonly compiled: ReturnType<typeof compile> } | undefined;
  const subjectOf = ({ rule: expression }: Training): ChildAndRule => {
    if (last?.expression !== expression) last = { expression, compiled: compile(expression) };
    return { task: task.name, metric, child, ...last.compiled };
  };
  return {
    fingerprint: () => fingerprint(engine),
    batchSize: child.batchSize,
    trainExamples: child.trainExamples,
    ...metric,
    chance: child.chance ?? task.chance,
    async train(training, watch) {
      const { state: _, ...trained } = await trainChild(subjectOf(training), training, watch);
      return trained;
    },
    open: (training, watch) => new ChildTraining(subjectOf(training), training, watch),
    close: () => child.close(),
  };
}

/** Opens a child on the engine that is asked for. Under `auto`, onnxruntime takes what the native engine lacks an operation of. */
async function openChild(
  task: Task,
  metric: Metric,
  options: OpenOptions,
): Promise<{ readonly engine: EngineName; readonly child: Child }> {
  const choice = options.engine ?? engineChoice();
  const openOn = async (engine: EngineName) => {
    return { engine, child: checkChild(task.name, await task.open({ ...options, engine }), metric) };
  };
  const engine = await chosenEngine(choice);
  try {
    return await openOn(engine);
  } catch (error) {
    if (choice !== 'auto' || engine === 'onnxruntime' || !isEngineTrouble(error)) throw error;
    return openOn('onnxruntime');
  }
}
