import { NosError } from '../errors.ts';
import { shortRules } from '../report/index.ts';
import { namesOf, parseRule, ruleKey } from '../rules/index.ts';
import type { RunConfig } from '../run/index.ts';
import type { Digest, DigestRun } from '../store/index.ts';
import { compareStored } from './comparison.ts';
import type { RuleDocument } from './documents.ts';

const USUAL = 'adam';

/** Indices of proposals that are listed. */
const MOST = 20;

/**
 * A rule of a run with all that is stored of it.
 *
 * @throws NosError `unknown-name` if the run has no evaluation of that rule.
 */
export async function readRule(
  digest: Digest,
  run: DigestRun,
  config: RunConfig,
  key: string,
): Promise<RuleDocument> {
  const usual = ruleKey(parseRule(USUAL));
  const scores = await digest.scores(run.id, [key, usual]);
  const own = scores.filter(({ evaluation }) => evaluation.key === key);
  const first = own.find(({ role }) => role !== 'retest') ?? own[0];
  if (first === undefined) {
    throw new NosError(
      'unknown-name',
      `run '${run.name}' has no rule ${key}`,
      'its leaderboard links to those that it has',
    );
  }
  const adam = scores.find(({ role, evaluation }) => role === 'reference' && evaluation.key === usual);
  const { rule } = first.evaluation;
  const proposals = own.filter(({ role }) => role === 'proposal').map(({ index }) => index);
  return {
    ...{ run: run.name, key, rule, short: (await shortRules())(rule), names: namesOf(key) },
    proposals: proposals.slice(0, MOST),
    hasLineage: proposals.length > 0 && config.strategy.name === 'evolution',
    evaluation: first.evaluation,
    ...(adam && { adam: adam.evaluation }),
    comparison: await compareStored(digest, [USUAL, rule]),
  };
}
