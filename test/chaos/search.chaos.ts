/**
 * Real searches under `kill -9`: real coordinators (`nos search`, `nos resume`), real workers (`nos worker`) and a real Redis,
 * killed at moments that a seed gives. Whatever happens, the result is that of a search that nobody disturbed.
 *
 *     npm run test:chaos                  # CHAOS_SEED=7 for other moments
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Stream, stream } from '../../src/random/index.ts';
import { differences, expectNoneLostOrDoubled, outcomeOf } from '../outcome.ts';
import { noRedis } from '../redis-server.ts';
import { DISTRIBUTED, LOCAL, type Round } from './plan.ts';
import { RUN, Stage, startLastingRedis } from './stage.ts';

const SEED = Number(process.env.CHAOS_SEED ?? 1);

/** Five references; five found rules and the references, each tested again with three seeds. */
const SEARCH = { batch: 3, references: 5, retests: 30 } as const;

const argumentsOf = (samples: number): readonly string[] =>
  `search --task digits-mlp --space quick --protocol quick --strategy rl --batch ${SEARCH.batch} --samples ${samples} --seed 4`.split(
    ' ',
  );

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-chaos-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a search whose processes are killed gives what it would have given', () => {
  it('on one machine', () => disturb('local', LOCAL, 60, 8));
  it.skipIf(noRedis)('on workers of a Redis', () => disturb('distributed', DISTRIBUTED, 180, 50));
});

async function disturb(
  name: string,
  rounds: readonly Round[],
  samples: number,
  least: number,
): Promise<void> {
  const undisturbed = await openStage(`${name}-undisturbed`, samples, false);
  undisturbed.startCoordinator();
  await undisturbed.finish();
  const expected = await outcomeOf(undisturbed.store, RUN);

  const began = performance.now();
  const stage = await openStage(name, samples, rounds === DISTRIBUTED);
  try {
    const moments = stream(SEED, 'chaos', name);
    for (const [i, round] of rounds.entries()) {
      tell(`${name}, round ${i + 1} of ${rounds.length}: ${round.moment}, ${round.victims.join(' and ')}`);
      await play(stage, round, moments);
    }
    tell(`${name}: to the end`);
    await stage.revive();
    await stage.finish();
  } finally {
    await stage.close();
  }
  report(name, stage, rounds.length, (performance.now() - began) / 1_000);
  expect(killed(stage)).toBeGreaterThanOrEqual(least);
  await expectNoneLostOrDoubled(stage.store, { samples, ...SEARCH });
  expect(differences(await outcomeOf(stage.store, RUN), expected).slice(0, 20)).toEqual([]);
}

/** At once, for whoever waits: the test runner shows what is printed only when the test is over. */
const tell = (line: string): void => void process.stderr.write(`chaos, ${line}\n`);

async function openStage(name: string, samples: number, withRedis: boolean): Promise<Stage> {
  const home = join(directory, name);
  await mkdir(home);
  return new Stage(home, argumentsOf(samples), withRedis ? await startLastingRedis() : undefined);
}

async function play(stage: Stage, round: Round, moments: Stream): Promise<void> {
  await reach(stage, round, moments);
  await stage.strike(round.victims);
  if (!round.fate) return;
  await sleep(1_000 * (round.outage ?? moments.uniform()));
  await stage.decide(round.fate);
  if (round.early) await stage.startInVain();
  await stage.reviveRedis();
  await sleep(1_000 * moments.uniform());
}

/** Sees to it that all are alive, and waits for the moment of the round. */
async function reach(stage: Stage, { moment }: Round, moments: Stream): Promise<void> {
  if (moment === 'start-up') {
    await stage.restartCoordinator();
    await sleep(2_000 * moments.uniform());
    return;
  }
  await stage.revive();
  await stage.untilGrown(moment === 'retests' ? 'retests' : 'told');
  if (moment === 'write') await stage.untilWrites(1 + moments.integer(12));
  else await sleep(300 * moments.uniform());
}

const killed = ({ kills }: Stage): number => Object.values(kills).reduce((sum, count) => sum + count);

function report(name: string, stage: Stage, rounds: number, seconds: number): void {
  const { kills, aftermaths } = stage;
  const left = (is: (one: (typeof aftermaths)[number]) => boolean): number => aftermaths.filter(is).length;
  console.log(
    [
      `chaos, ${name}, seed ${SEED}: ${killed(stage)} kills in ${rounds} rounds and ${seconds.toFixed(0)} s: ` +
        Object.entries(kills)
          .map(([kind, count]) => `${count} of ${kind}`)
          .join(', '),
      `  what the coordinator's kills left: ${left(({ asked }) => asked === 0)} no batch, ` +
        `${left(({ asked, told }) => asked > told)} a batch stored and not told, ` +
        `${left(({ torn }) => torn > 0)} half a transaction, ${left(({ retests }) => retests > 0)} some of the retests`,
    ].join('\n'),
  );
}
