/**
 * The program that runs trials for a process that may be killed at any moment: it ends the trial when its parent is gone, and itself.
 * It is no member of its parent's process group, so that a signal to all of that leaves it time to do so.
 */

import type { CurvePoint } from './result.ts';
import { type ProgramTrial, runTrial, type TrialEnd } from './run-trial.ts';

/** Message to the supervisor; one trial at a time. */
export type SupervisorOrder =
  | { readonly type: 'run'; readonly trial: ProgramTrial; readonly graceSeconds?: number | undefined }
  | { readonly type: 'abort' };

/** Message from it. */
export type SupervisorReply =
  /** The trial has begun, in a process group of that number. */
  | { readonly type: 'started'; readonly group: number }
  | { readonly type: 'point'; readonly point: CurvePoint }
  | { readonly type: 'ended'; readonly end: TrialEnd }
  | { readonly type: 'threw'; readonly message: string };

/** Milliseconds between two points that are passed on: each that says the training has diverged ends it here. */
const REPORT_EVERY_MS = 100;

let running: AbortController | undefined;
let orphaned = false;

// A signal to this process alone, as a service manager sends one to all of a group, ends what it has begun before.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, leave);
process.on('disconnect', leave);

process.on('message', async (order: SupervisorOrder) => {
  if (order.type === 'abort') return running?.abort(new Error('aborted'));
  const controller = new AbortController();
  running = controller;
  let last = Number.NEGATIVE_INFINITY;
  const onPoint = (point: CurvePoint): void => {
    const now = performance.now();
    if (now - last < REPORT_EVERY_MS) return;
    last = now;
    send({ type: 'point', point });
  };
  try {
    const { trial, graceSeconds } = order;
    const onStart = (group: number): void => send({ type: 'started', group });
    const end = await runTrial(trial, { signal: controller.signal, onPoint, onStart, graceSeconds });
    send({ type: 'ended', end });
  } catch (error) {
    send({ type: 'threw', message: error instanceof Error ? error.message : String(error) });
  } finally {
    running = undefined;
    if (orphaned) process.exit();
  }
});

/** Ends the trial that runs, and then this process. */
function leave(): void {
  orphaned = true;
  if (running === undefined) process.exit();
  running.abort(new Error('its worker is gone'));
}

function send(reply: SupervisorReply): void {
  if (process.connected) process.send?.(reply, () => undefined);
}
