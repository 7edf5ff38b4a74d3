import { NosError } from '../../errors.ts';
import type { ScoreRole } from '../../store/index.ts';

/** Which of a run's evaluations a trial is for. */
export interface TrialPlace {
  readonly role: ScoreRole;
  readonly index: number;
}

/** What a trial is to train. */
export interface TrialTask extends TrialPlace {
  /** Rule text. */
  readonly rule: string;
  readonly key: string;
  readonly seed: number;
}

/**
 * The name of a trial: a proposal by its index, as `nos show RUN INDEX` has it; others with their role.
 *
 * @example trialName({ role: 'reference', index: 0 }) // 'reference-0'
 */
export const trialName = ({ role, index }: TrialPlace): string =>
  role === 'proposal' ? String(index) : `${role}-${index}`;

/** @throws NosError `unknown-name` for what {@link trialName} never gives. */
export function parseTrial(name: string): TrialPlace {
  const [, role = 'proposal', index] = /^(?:(reference|retest)-)?(\d{1,9})$/.exec(name) ?? [];
  if (index !== undefined) return { role: role as ScoreRole, index: Number(index) };
  throw new NosError(
    'unknown-name',
    `no trial is called '${name}'`,
    'name it as `nos ask` did: 12, reference-0 or retest-3',
  );
}
