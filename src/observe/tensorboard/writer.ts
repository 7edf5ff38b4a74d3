import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { NosError } from '../../errors.ts';
import type { ChronicleEntry } from '../chronicle.ts';
import { pointEvent, type RunFacts, sessionEnd, sessionStart, versionEvent } from './messages.ts';
import { framed } from './records.ts';

/** Writes the chronicle of a run as event files of TensorBoard. */
export interface TensorBoardWriter {
  /** @param milliseconds When it happened, since 1970. @throws NosError `unwritable`. */
  write(entry: ChronicleEntry, milliseconds: number): void;
}

export interface RunAbout {
  readonly run: string;
  /** What the run was started with, its seed among them. */
  readonly facts: RunFacts;
}

/**
 * Opens a file of its own in the run's folder, so that a resumed run goes on beside what was written before.
 *
 * @throws NosError `unwritable`.
 */
export function openTensorBoard(directory: string, { run, facts }: RunAbout, now: number): TensorBoardWriter {
  const folder = join(directory, folderOf(run));
  const name = `events.out.tfevents.${Math.floor(now / 1000)}.${hostname()}.${process.pid}`;
  const file = join(folder, name);
  const append = (events: readonly Uint8Array[]): void => {
    if (events.length > 0) guarded(folder, () => appendFileSync(file, Buffer.concat(events.map(framed))));
  };
  const isNew = guarded(folder, () => {
    mkdirSync(folder, { recursive: true });
    return !readdirSync(folder).some((one) => one.startsWith('events.out.tfevents.'));
  });
  append([versionEvent(now / 1000)]);
  return {
    write({ begins, points, ends }, milliseconds) {
      const seconds = milliseconds / 1000;
      append([
        ...(begins ? [sessionStart(facts, groupOf(facts), seconds)] : []),
        ...[...(begins && isNew ? begins.earlier : []), ...points].map((point) => pointEvent(point, seconds)),
        ...(ends ? [sessionEnd(ends.how, seconds)] : []),
      ]);
    },
  };
}

/** A run's name may hold what no folder's may. */
const folderOf = (run: string): string => {
  const name = run.replace(/[^\p{L}\p{N}_., -]/gu, '_').replace(/^\.+/, '_');
  return name === run ? name : `${name}-${hashOf(run)}`;
};

/** Runs that differ in the seed alone are of one group. */
const groupOf = ({ seed: _, ...facts }: RunFacts): string => hashOf(JSON.stringify(facts));

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

function guarded<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new NosError('unwritable', `cannot write ${folder}: ${why}`, 'name another by --tensorboard', {
      cause,
    });
  }
}
