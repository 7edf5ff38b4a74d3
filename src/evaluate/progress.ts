import type { EvaluationProgress } from '../evaluation/index.ts';
import type { Watch } from './trainer.ts';

/** Reports of one evaluation, apart from those with an accuracy: enough for a bar, few enough for a pipe. */
const REPORTS = 200;
/** Seconds after which it reports even if little has changed: whoever waits must not take it to hang. */
const SIGN_OF_LIFE = 10;

/** Turns the steps of the trainings of one evaluation into reports on the whole of it. */
export class Progress {
  readonly #planned: number;
  readonly #clock: () => number;
  readonly #report: (progress: EvaluationProgress) => void;
  /** Planned steps of the trainings that have begun. */
  #begun = 0;
  #reported = 0;
  #reportedAt: number;

  /**
   * @param planned Steps of the whole evaluation if nothing diverges.
   * @param clock Seconds from any start.
   */
  constructor(
    planned: number,
    clock: () => number,
    report: (progress: EvaluationProgress) => void = () => {},
  ) {
    this.#planned = planned;
    this.#clock = clock;
    this.#report = report;
    this.#reportedAt = clock();
  }

  /** Begins the next training. Once it is over, all steps planned for it count as done, even if it diverged. */
  begin(phase: EvaluationProgress['phase'], learningRate: number, planned: number): Watch['onProgress'] {
    const before = this.#begun;
    this.#begun += planned;
    return (steps, accuracy) => this.#tell(phase, learningRate, before + steps, accuracy);
  }

  /**
   * Follows a training that goes on from time to time, beside others. Steps that are spared count as done with the evaluation.
   *
   * @param trying Steps after which it is the final training.
   */
  open(learningRate: number, trying: number): Watch['onProgress'] {
    let told = 0;
    return (steps, accuracy) => {
      this.#begun += steps - told;
      told = steps;
      this.#tell(steps > trying ? 'final' : 'sweep', learningRate, this.#begun, accuracy);
    };
  }

  #tell(
    phase: EvaluationProgress['phase'],
    learningRate: number,
    steps: number,
    accuracy: number | undefined,
  ): void {
    const done = Math.min(steps / this.#planned, 1);
    const [share, now] = [Math.floor(done * REPORTS), this.#clock()];
    const recent = share === this.#reported && now - this.#reportedAt < SIGN_OF_LIFE;
    if (recent && accuracy === undefined) return;
    [this.#reported, this.#reportedAt] = [share, now];
    this.#report({ phase, learningRate, done, ...(accuracy === undefined ? {} : { accuracy }) });
  }
}
