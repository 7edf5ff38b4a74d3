import { ChildTraining } from '../../src/evaluate/train-child.ts';
import { ACCURACY, environments, NO_ENVIRONMENT } from '../../src/evaluation/index.ts';
import { interpretRule, resolveRule } from '../../src/rules/index.ts';
import type { Child } from '../../src/tasks/index.ts';
import type { RunnableRule, SweepRequest, TrainingEvent, TrainRequest } from './protocol.ts';

/** How often the trainings let their surroundings act, in milliseconds. */
const BREATH = 30;

interface Surroundings {
  readonly tell: (event: TrainingEvent) => void;
  readonly signal: AbortSignal;
}

/**
 * Trains rules side by side, each by itself from the same initial weights, and tells how they come along. Each is trained by the code
 * that trains on the command line, so that it is the training of `nos eval` but for the engine.
 *
 * @throws the signal's reason.
 */
export async function trainRules(
  child: Child,
  { rules, epochs, seed }: TrainRequest,
  { tell, signal }: Surroundings,
): Promise<void> {
  const breathe = breather(signal);
  const trainings = rules.map((rule) => begin(child, rule, { epochs, seed }, signal));
  const perEpoch = Math.floor(child.trainExamples / child.batchSize);
  const alive = new Set(trainings.keys());
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let steps = epoch * perEpoch + 1; steps <= (epoch + 1) * perEpoch; steps++) {
      for (const index of alive) {
        const training = trainings[index]!;
        const goesOn = await training.advance(steps);
        tell({ kind: 'loss', rule: index, step: steps, loss: training.losses.at(-1)! });
        if (!goesOn) end(index);
        await breathe();
      }
    }
    for (const index of alive) {
      if (await trainings[index]!.epoch(epoch)) {
        const { curve, lossCurve } = trainings[index]!.outcome('finished');
        tell({
          kind: 'epoch',
          rule: index,
          epoch: epoch + 1,
          accuracy: curve.at(-1)!,
          loss: lossCurve.at(-1)!,
        });
      } else end(index);
      await breathe();
    }
  }

  function end(index: number): void {
    alive.delete(index);
    tell({ kind: 'diverged', rule: index, step: trainings[index]!.losses.length });
  }
}

/**
 * Trains every rule for one epoch at every learning rate, as the sweep of a protocol does, and tells the accuracy of each.
 *
 * @throws the signal's reason.
 */
export async function sweepRules(
  child: Child,
  { rules, learningRates, seed }: SweepRequest,
  { tell, signal }: Surroundings,
): Promise<void> {
  const breathe = breather(signal);
  const perEpoch = Math.floor(child.trainExamples / child.batchSize);
  for (const learningRate of learningRates) {
    for (const [index, rule] of rules.entries()) {
      const training = begin(child, { ...rule, learningRate }, { epochs: 1, seed }, signal);
      let finite = true;
      for (let steps = 1; finite && steps <= perEpoch; steps++) {
        finite = await training.advance(steps);
        await breathe();
      }
      finite &&= await training.epoch(0);
      const [accuracy] = training.outcome('finished').curve;
      tell({ kind: 'swept', rule: index, learningRate, ...(finite && { accuracy: accuracy! }) });
    }
  }
}

function begin(
  child: Child,
  { text, learningRate }: RunnableRule,
  { epochs, seed }: { readonly epochs: number; readonly seed: number },
  signal: AbortSignal,
): ChildTraining {
  const rule = resolveRule(text);
  return new ChildTraining(
    // Interpreted, and not compiled: no code is made of a text that may have come with a link. The bits are the same.
    { task: 'digits', metric: ACCURACY, child, rule: interpretRule(rule) },
    {
      ...{ rule, ruleName: text, learningRate, seed, schedule: 'constant', detail: 'accuracy' },
      environment: environments.find(NO_ENVIRONMENT),
      budget: { epochs, examples: Number.POSITIVE_INFINITY },
      validationExamples: Number.POSITIVE_INFINITY,
    },
    { signal, onProgress: () => undefined },
  );
}

/** Lets messages in now and then: training alone never leaves the worker's turn. */
function breather(signal: AbortSignal): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
    signal.throwIfAborted();
  };
}
