import type { Dispatcher } from '../../dispatch/index.ts';
import type { Evaluation, EvaluationRequest } from '../../evaluate/index.ts';
import type { Context } from '../command.ts';
import { bar } from '../text/charts.ts';
import { accuracy, truncate } from '../text/format.ts';
import { openView } from './view.ts';

/** Shows evaluations while they go: one bar on a terminal, a line each elsewhere; both on stderr. */
export interface Meter {
  /** Evaluates the request, and counts it. */
  follow(request: EvaluationRequest, dispatcher: Dispatcher, signal: AbortSignal): Promise<Evaluation>;
  close(): void;
}

export async function openMeter(total: number, stderr: Context['stderr']): Promise<Meter> {
  const view = stderr.interactive ? await barView(total, stderr) : plainView(total, stderr.note);
  const shares = new Map<EvaluationRequest, number>();
  let done = 0;
  const draw = () =>
    view.draw(
      done,
      [...shares.values()].reduce((sum, share) => sum + share, done),
    );
  return {
    async follow(request, dispatcher, signal) {
      const onProgress = (progress: { readonly done: number }) => {
        shares.set(request, progress.done);
        draw();
      };
      const evaluation = await dispatcher.evaluate(request, { signal, onProgress });
      shares.delete(request);
      done++;
      view.settled(evaluation, done);
      draw();
      return evaluation;
    },
    close: view.close,
  };
}

interface Shown {
  /** @param amount - evaluations done, those under way by their shares. */
  draw(done: number, amount: number): void;
  settled(evaluation: Evaluation, done: number): void;
  close(): void;
}

async function barView(total: number, stderr: Context['stderr']): Promise<Shown> {
  const view = await openView(stderr);
  return {
    draw: (done, amount) => {
      const share = amount / total;
      const text = `${bar(share, 30)}  ${done}/${total} evaluations  ${Math.floor(share * 100)}%`;
      view.draw(truncate(text, stderr.stream.columns - 1));
    },
    settled: () => undefined,
    close: view.close,
  };
}

function plainView(total: number, note: (line: string) => void): Shown {
  return {
    draw: () => undefined,
    settled: ({ rule, seed, reward, status }, done) =>
      note(`${done}/${total}  ${rule}  seed ${seed}  ${accuracy(reward)}  ${status}`),
    close: () => undefined,
  };
}
