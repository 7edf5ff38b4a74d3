import type { EvaluationEvent } from '../../compare/index.ts';
import type { Evaluation, EvaluationRequest } from '../../evaluation/index.ts';
import { accuracy, bar, duration, plural, shortRules, truncate } from '../../report/index.ts';
import type { Context } from '../command.ts';
import { openView } from './view.ts';

/** Shows evaluations while they go: one bar on a terminal, a line each elsewhere; both on stderr. */
export interface Meter {
  /** Counts what `evaluateAll` of compare/ says. */
  readonly onEvent: (event: EvaluationEvent) => void;
  /** Says a line of its own. */
  note(line: string): void;
  close(): void;
}

/** @param total Evaluations in all, those included that turn out to be stored already. */
export async function openMeter(total: number, stderr: Context['stderr']): Promise<Meter> {
  const view = stderr.interactive ? await barView(total, stderr) : await plainView(total, stderr.note);
  const shares = new Map<EvaluationRequest, number>();
  const began = performance.now();
  let [done, stored] = [0, 0];
  const draw = () => {
    const amount = [...shares.values()].reduce((sum, share) => sum + share, done);
    const seconds = (performance.now() - began) / 1000;
    view.draw(done, amount, (seconds / (amount - stored)) * (total - amount));
  };
  const progress = (request: EvaluationRequest, share: number) => {
    shares.set(request, share);
    draw();
  };
  const settled = (request: EvaluationRequest, evaluation: Evaluation) => {
    shares.delete(request);
    done++;
    view.settled(evaluation, done);
    draw();
  };
  return {
    onEvent(event) {
      if (event.type === 'progress') progress(event.request, event.progress.done);
      if (event.type === 'evaluated') settled(event.request, event.evaluation);
      if (event.type !== 'started' || event.stored === 0) return;
      done += event.stored;
      stored += event.stored;
      view.resumed(event.stored, done);
      draw();
    },
    note: view.note,
    close: view.close,
  };
}

interface Shown {
  /**
   * @param amount - evaluations done, those under way by their shares.
   * @param left - seconds, at the pace so far.
   */
  draw(done: number, amount: number, left: number): void;
  settled(evaluation: Evaluation, done: number): void;
  /** So many evaluations were in the store. */
  resumed(stored: number, done: number): void;
  note(line: string): void;
  close(): void;
}

async function barView(total: number, stderr: Context['stderr']): Promise<Shown> {
  const view = await openView(stderr);
  const note = (line: string) => {
    view.clear();
    stderr.note(line);
  };
  return {
    draw: (done, amount, left) => {
      const share = amount / total;
      const time = Number.isFinite(left) && done < total ? `  ${duration(left)} left` : '';
      const text = `${bar(share, 30)}  ${done}/${total} evaluations  ${Math.floor(share * 100)}%${time}`;
      view.draw(truncate(text, stderr.stream.columns - 1));
    },
    settled: () => undefined,
    resumed: (stored) => note(resumedText(stored)),
    note,
    close: view.close,
  };
}

async function plainView(total: number, note: (line: string) => void): Promise<Shown> {
  const short = await shortRules();
  return {
    draw: () => undefined,
    settled: ({ rule, seed, reward, status }, done) =>
      note(`${done}/${total}  ${short(rule)}  seed ${seed}  ${accuracy(reward)}  ${status}`),
    resumed: (stored, done) => note(`${done}/${total}  ${resumedText(stored)}`),
    note,
    close: () => undefined,
  };
}

const resumedText = (stored: number): string =>
  `${plural(stored, 'evaluation')} of the store, not made again`;
