import { NosError } from '../errors.ts';
import type { RunRecord } from '../store/index.ts';

/** What results depend on apart from the configuration of a run. */
export interface Machine {
  /** What this machine computes, as `fingerprint()` of evaluate/ gives it. */
  readonly fingerprint: string;
  /** The version of this package. */
  readonly version: string;
}

/**
 * @param otherwise What else its user can do.
 * @throws NosError `fingerprint` if this machine or this version computes otherwise than the one that the run was started with.
 */
export function checkMachine(
  record: RunRecord,
  { fingerprint, version }: Machine,
  otherwise = 'start a new run',
): void {
  if (record.version !== version) {
    throw new NosError(
      'fingerprint',
      `run '${record.name}' was started with version ${record.version}; this is version ${version}`,
      `install version ${record.version} to go on with it, or ${otherwise}`,
    );
  }
  if (record.fingerprint !== fingerprint) {
    throw new NosError(
      'fingerprint',
      `run '${record.name}' was started on a machine that computes otherwise (${record.fingerprint}; this one: ${fingerprint})`,
      `${goingOn(record.fingerprint, fingerprint)}, or ${otherwise}`,
    );
  }
}

function goingOn(wanted: string, own: string): string {
  const [engine, ownEngine] = [wanted, own].map((fingerprint) => fingerprint.split('-', 1)[0]);
  return engine === ownEngine ? 'go on with it on that machine' : `add --engine ${engine}`;
}
