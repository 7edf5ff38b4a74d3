/** The tables of `bench/yardstick/`: which rules are measured, and their rewards under protocol `paper`. */
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('yardstick/', import.meta.url);
export const rulesFile = new URL('rules.csv', folder);
export const rewardsFile = new URL('rewards.csv', folder);
export const onnxruntimeFile = new URL('onnxruntime.csv', folder);
export const scoresFile = new URL('scores.csv', folder);
export const pictureFile = new URL('predict.svg', folder);

/** A candidate learns if its mean loss over steps 21 to 25 is below this (chance: 2.303) at one of seven learning rates at least. */
export const LEARNT = 2.2;
/** How many rules that learn of each kind are measured. */
export const QUOTAS = { catalogue: 28, controller: 17, uniform: 40 };

export function kindOf(origin) {
  if (origin.startsWith('icml2017/')) return 'uniform';
  return origin === 'controller' ? origin : 'catalogue';
}

/** The lines of a table without its head; none if there is no file. Only a last field may hold commas, in quotation marks. */
export function rowsOf(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n').slice(1);
  return lines.map((line) => line.match(/"[^"]*"|[^,]+/g).map((field) => field.replaceAll('"', '')));
}

/** Every candidate: key, kind, loss, rule. */
export function candidateRules() {
  return rowsOf(rulesFile).map(([key, origin, loss, rule]) => ({
    ...{ key, origin, kind: kindOf(origin), loss: Number(loss), rule },
  }));
}

/** The rules that learn, as many of each kind as there is room for. */
export function learningRules() {
  const counts = { catalogue: 0, controller: 0, uniform: 0 };
  return candidateRules().filter(({ kind, loss }) => loss < LEARNT && ++counts[kind] <= QUOTAS[kind]);
}

/** Rewards under `paper`: of each key a map from seed to reward. */
export function paperRewards(file = rewardsFile) {
  const rewards = new Map();
  for (const [key, seed, reward] of rowsOf(file)) {
    if (!rewards.has(key)) rewards.set(key, new Map());
    rewards.get(key).set(Number(seed), Number(reward));
  }
  return rewards;
}

/** Mean training steps and seconds of an evaluation under `paper`. */
export function paperCosts() {
  const rows = rowsOf(rewardsFile);
  const meanOf = (column) => rows.reduce((sum, row) => sum + Number(row[column]), 0) / rows.length;
  return { steps: meanOf(5), seconds: meanOf(6) };
}
