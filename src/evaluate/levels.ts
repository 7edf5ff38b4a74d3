import { resolveRule } from '../rules/index.ts';
import type { LossPlace, ReferenceTraining } from './calibration.ts';
import { meanOfLast } from './halving.ts';
import type { OpenTraining, Trainer, Training, Watch } from './trainer.ts';

/** How every training of an evaluation is to go, whatever its rule. */
type Shared = Omit<Training, 'rule' | 'ruleName' | 'learningRate'>;

/**
 * The mean losses of reference trainings, which tell how high losses lie under a seed. They are trained as far as somebody asks, once per
 * seed: a function of the references and of what all trainings share.
 */
export class Levels {
  readonly #trainer: Trainer;
  /** The trainings of the last seed, and who watches them now. */
  #open: { readonly name: string; readonly trainings: readonly OpenTraining[]; watch: Watch } | undefined;

  constructor(trainer: Trainer) {
    this.#trainer = trainer;
  }

  /** The mean over the references. @throws as {@link Trainer.train}. */
  async at(
    { steps, window }: LossPlace,
    references: readonly ReferenceTraining[],
    shared: Shared,
    watch: Watch,
  ): Promise<number> {
    const trainings = this.#trainings(references, shared, watch);
    let sum = 0;
    for (const training of trainings) {
      if (training.losses.length < steps) await training.advance(steps);
      sum += meanOfLast(training.losses.slice(0, steps), window);
    }
    return sum / trainings.length;
  }

  #trainings(
    references: readonly ReferenceTraining[],
    shared: Shared,
    watch: Watch,
  ): readonly OpenTraining[] {
    const name = JSON.stringify([references, shared]);
    if (this.#open?.name === name) this.#open.watch = watch;
    else {
      const opened = { name, watch, trainings: [] as OpenTraining[] };
      const watched: Watch = {
        get signal() {
          return opened.watch.signal;
        },
        onProgress: (...told) => opened.watch.onProgress(...told),
      };
      for (const { rule: text, learningRate } of references) {
        const rule = resolveRule(text);
        opened.trainings.push(this.#trainer.open({ ...shared, rule, ruleName: text, learningRate }, watched));
      }
      this.#open = opened;
    }
    return this.#open!.trainings;
  }
}
