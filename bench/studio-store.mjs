/** A store with one long run, written row by row as a search writes it but in few transactions: for `bench/studio.mjs`. */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client/sqlite3';
import { findSpace } from '../dist/rules/index.js';
import { parseRunConfig } from '../dist/run/index.js';
import { strategies } from '../dist/search/index.js';
import { openStore } from '../dist/store/index.js';

const BATCH = 20;
const MACHINE = { fingerprint: 'bench', version: '0.0.0' };
const CONDITIONS = { task: 'digits-mlp', protocol: 'quick', seed: 7, environment: 'none' };

/** As long as a real one of protocol quick; rewards rise a little with `progress`, from 0 to 1, and a tenth diverges. */
function evaluationOf(rule, key, progress) {
  const bytes = createHash('sha256').update(key).digest();
  const unit = (i) => bytes.readUInt16LE(2 * i) / 65536;
  const sweep = Array.from({ length: 6 }, (_, i) => ({ learningRate: 10 ** (i - 5), accuracy: unit(i) }));
  const diverged = unit(12) < 0.1;
  return {
    ...{
      rule,
      ...CONDITIONS,
      key,
      learningRate: 10 ** (Math.floor(unit(3) * 6) - 5),
      edgeOfGrid: false,
      sweep,
    },
    ...{
      reward: diverged ? 0.1 : 0.2 + 0.5 * unit(6) + 0.2 * unit(7) * progress,
      curve: [7, 8, 9, 10, 11].map(unit),
    },
    ...{ status: diverged ? 'diverged' : 'ok', steps: 1000, seconds: 1.25, ...MACHINE },
  };
}

/** Writes `size` proposals of a run by random search, all of them scored; `begin` more than 0 adds to a run that is there. */
export async function writeLongRun(path, name, size, samples = size, begin = 0) {
  const space = { name: 'icml2017' };
  const references = ['sgd', 'adam'];
  const config = parseRunConfig({
    ...{ task: 'digits-mlp', space, strategy: { name: 'random' }, protocol: 'quick' },
    ...{ samples, batch: BATCH, seed: 1, references },
  });
  if (begin === 0) {
    const store = await openStore(path);
    await store.createRun({ name, config, createdAt: new Date(0).toISOString(), ...MACHINE });
    await store.close();
  }
  const client = createClient({ url: pathToFileURL(path).href });
  const run = Number(
    (await client.execute({ sql: 'SELECT id FROM runs WHERE name = ?', args: [name] })).rows[0].id,
  );
  const strategy = await strategies
    .find('random')
    .create({ space: findSpace('icml2017'), seed: 1 + begin, batch: BATCH, options: {} });
  let statements = [];
  for (let first = begin; first < begin + size; first += BATCH) {
    const proposals = await strategy.ask(BATCH);
    statements.push({
      sql: 'INSERT INTO batches (run, batch, first, size, metrics) VALUES (?, ?, ?, ?, ?)',
      args: [run, first / BATCH, first, BATCH, JSON.stringify({ rewardMean: 0.5, distinctShare: 1 })],
    });
    for (const [i, { rule, identity, tokens }] of proposals.entries()) {
      const position = first + i;
      const evaluation = evaluationOf(rule, identity.key, position / samples);
      statements.push(
        {
          sql: 'INSERT INTO proposals (run, position, batch, tokens, rule, key) VALUES (?, ?, ?, ?, ?, ?)',
          args: [run, position, first / BATCH, JSON.stringify(tokens), rule, identity.key],
        },
        {
          sql: `INSERT OR IGNORE INTO evaluations (key, task, protocol, seed, environment, fingerprint, version, scope, document, made_by, made_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)`,
          args: [
            ...[
              identity.key,
              ...Object.values(CONDITIONS),
              ...Object.values(MACHINE),
              JSON.stringify(evaluation),
            ],
            ...[`run ${name}`, new Date(1e12 + 700 * position).toISOString()],
          ],
        },
        {
          sql: `INSERT INTO scores (run, role, position, evaluation)
                SELECT ?, 'proposal', ?, id FROM evaluations WHERE key = ? AND seed = 7`,
          args: [run, position, identity.key],
        },
      );
    }
    if (statements.length > 10_000 || first + BATCH >= begin + size) {
      await client.batch(statements, 'write');
      statements = [];
    }
  }
  await strategy.close();
  client.close();
}
