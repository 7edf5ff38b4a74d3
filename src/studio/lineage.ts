import { NosError } from '../errors.ts';
import { worth } from '../evaluation/index.ts';
import { shortRules } from '../report/index.ts';
import { findSpace, positions, tokenText } from '../rules/index.ts';
import { metricOfRun, type RunConfig } from '../run/index.ts';
import { type Digest, type DigestRun, textOf } from '../store/index.ts';
import { axisText } from './analysis.ts';
import type { LineageDocument } from './documents.ts';

/** Strings that are alive in evolution, unless its options say otherwise. */
const POPULATION = 50;
/** Ancestors that are looked for. */
const MOST = 60;

interface Member {
  readonly position: number;
  readonly batch: number;
  readonly rule: string;
  readonly key: string;
  readonly tokens: readonly number[];
  /** Index of the proposal that it was made from; null if that is not stored, or if it was drawn. */
  readonly parent: number | null;
  readonly reward: number | null;
}

/**
 * The ancestors of a rule of evolution, from the rule back to a string that was drawn. Where a run of an earlier version did not store who was
 * whose parent, it is taken to be the string, of those alive when the child was made, that differs from it in the fewest tokens; of several the one
 * with the best reward, as tournaments prefer it.
 *
 * @throws NosError `unknown-name` if the rule is no proposal of the run.
 */
export async function readLineage(
  digest: Digest,
  run: DigestRun,
  config: RunConfig,
  key: string,
): Promise<LineageDocument> {
  if (config.strategy.name !== 'evolution')
    return { strategy: config.strategy.name, inferred: false, steps: [] };
  const space = findSpace(config.space.name, config.space);
  const axes = positions(space);
  const population = Number(config.strategy.options.population ?? POPULATION);
  const short = await shortRules();
  const { goal } = metricOfRun(config);
  const names = axes.map(axisText);
  const words = (tokens: readonly number[]) => tokens.map((token, i) => tokenText(space, axes[i]!, token));

  const steps: LineageDocument['steps'][number][] = [];
  let [child] = await members(digest, run.id, 'p.key = ? ORDER BY p.position LIMIT 1', [key]);
  if (child === undefined) {
    throw new NosError(
      'unknown-name',
      `run '${run.name}' did not propose rule ${key}`,
      'its leaderboard links to rules that it did',
    );
  }
  let inferred = false;
  while (child !== undefined && steps.length < MOST) {
    const parent: Member | undefined =
      child.parent === null
        ? await likeliestParent(digest, run.id, config, population, child)
        : (await members(digest, run.id, 'p.position = ?', [child.parent]))[0];
    inferred ||= child.parent === null && parent !== undefined;
    const [own, before] = [words(child.tokens), parent && words(parent.tokens)];
    steps.push({
      position: child.position,
      key: child.key,
      rule: short(child.rule),
      reward: child.reward === null ? null : worth(child.reward, goal),
      changes:
        before === undefined
          ? []
          : own.flatMap((to, i) => (to === before[i] ? [] : [{ axis: names[i]!, from: before[i]!, to }])),
    });
    child = parent;
  }
  return { strategy: 'evolution', inferred, steps };
}

/** Undefined of a string that was drawn, or given to begin with. */
async function likeliestParent(
  digest: Digest,
  run: number,
  { strategy, pipeline }: RunConfig,
  population: number,
  child: Member,
): Promise<Member | undefined> {
  if (child.position < Math.max(population, strategy.warmStart.length)) return undefined;
  const [told] = await digest.rows('SELECT first FROM store.batches WHERE run = ? AND batch = ?', [
    run,
    Math.max(child.batch - pipeline + 1, 0),
  ]);
  const end = Number(told?.first ?? child.position);
  const alive = await members(digest, run, 'p.position >= ? AND p.position < ?', [end - population, end]);
  const distance = ({ tokens }: Member): number =>
    tokens.reduce((sum, token, i) => sum + (token === child.tokens[i] ? 0 : 1), 0);
  const nearer = (a: Member, b: Member): number =>
    distance(a) - distance(b) ||
    (b.reward ?? Number.NEGATIVE_INFINITY) - (a.reward ?? Number.NEGATIVE_INFINITY);
  return alive.filter(({ tokens }) => tokens.length === child.tokens.length).toSorted(nearer)[0];
}

async function members(
  digest: Digest,
  run: number,
  condition: string,
  args: readonly (string | number)[],
): Promise<readonly Member[]> {
  const text = (name: string) => textOf(`p.${name}`, name);
  const rows = await digest.rows(
    `SELECT p.position AS position, p.batch AS batch, ${text('rule')}, ${text('key')}, ${text('tokens')}, p.parent AS parent, d.reward AS reward
     FROM store.proposals p LEFT JOIN digest d ON d.run = p.run AND d.role = 'proposal' AND d.position = p.position
     WHERE p.run = ? AND ${condition}`,
    [run, ...args],
  );
  return rows.map(({ position, batch, rule, key, tokens, parent, reward }) => ({
    position: Number(position),
    batch: Number(batch),
    rule: String(rule),
    key: String(key),
    tokens: JSON.parse(String(tokens)) as readonly number[],
    parent: parent === null ? null : Number(parent),
    reward: typeof reward === 'number' && Number.isFinite(reward) ? reward : null,
  }));
}
