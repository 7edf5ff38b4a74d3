import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { learningCurves } from '../run/index.ts';
import type { ExperimentFindings, Size, Trainings } from './experiment.ts';
import { figure4 } from './figure4/figure4.ts';
import { figure5 } from './six-optimizers.ts';
import { table1 } from './table1/table1.ts';
import { table2 } from './table2/table2.ts';
import { keyOf } from './trainings.ts';

/** What the store calls a task of the user's own. */
const OWN = '/home/me/spirals.mjs#6b1f0c2d9e8a';

/** ExperimentFindings from made-up trainings, which are as good as they come late in the plan; those of `failed` rules failed. */
async function findingsOf(
  experiment: Trainings,
  size: Size,
  failed: readonly string[] = [],
  lossOf: (seed: number) => number = () => 1,
): Promise<ExperimentFindings> {
  const plan = await experiment.plan({ ...size, task: 'digits-mlp' });
  const evaluations = plan.map(({ rule, key, protocol, seed }, i): Evaluation => {
    const value = 0.5 + 0.001 * i;
    const lost = failed.map(keyOf).includes(key);
    const curves = lost ? { curve: [] } : { curve: [value], testCurve: [value], lossCurve: [lossOf(seed)] };
    return {
      ...{ rule, key, task: OWN, protocol, seed, environment: 'none', fingerprint: '', version: '' },
      ...{ reward: lost ? 0.1 : value, status: lost ? 'failed' : 'ok', ...curves },
      ...{ learningRate: 0.1, edgeOfGrid: false, sweep: [], steps: 1, seconds: 1 },
    };
  });
  return experiment.findings(size, evaluations);
}

const everythingOf = ({ page, files, data, seeds }: ExperimentFindings): string =>
  JSON.stringify({ page, files, data, seeds });

describe.each([figure5, table1, table2])('$name', (experiment) => {
  it('shows a task of the user’s own by its file name alone', async () => {
    const text = everythingOf(await findingsOf(experiment, { scale: 0.005, seeds: 2 }));
    expect(text).toContain('spirals.mjs');
    expect(text).not.toMatch(/home|6b1f0c2d9e8a/);
  });

  it('tests nothing with one seed, and says so', async () => {
    const { page } = await findingsOf(experiment, { scale: 0.005, seeds: 1 });
    expect(page).toContain('Nothing is tested: a test takes two seeds or more.');
    expect(page).not.toMatch(/Holm|told apart by the test|of them told apart/);
  });
});

describe.each([figure5, table1])('$name', (experiment) => {
  it('corrects for what is tested, which what failed is not', async () => {
    const whole = (await findingsOf(experiment, { scale: 0.005, seeds: 2 })).page;
    expect(whole).toMatch(experiment === figure5 ? /over all 8 rows/ : /over all 64 pairs/);
    const { page } = await findingsOf(experiment, { scale: 0.005, seeds: 2 }, ['adam']);
    expect(page).toMatch(experiment === figure5 ? /over the 6 of 8 rows/ : /over the 48 of 64 pairs/);
  });
});

describe('figure5', () => {
  it('draws losses whose interval reaches below zero, which its axis does not', async () => {
    const loss = (seed: number): number => (seed === 1 ? 1 : 0.01);
    const { files } = await findingsOf(figure5, { scale: 0.005, seeds: 3 }, [], loss);
    expect(Object.keys(files)).toContain('loss.svg');
  });
});

describe('table1', () => {
  const size = { scale: 0.005, seeds: 2 };

  it('says nothing of a known optimizer whose trainings failed', async () => {
    const { page } = await findingsOf(table1, size, ['adam']);
    expect(page).toContain('**Many above ADAM: cannot be said**.');
    expect(page).toMatch(/\| ADAM +\| 16 of 16 +\| \+2\.9 +\| — +\| — +\| — +\| — +\|/);
    expect(page).toContain('Left out, as every training failed for outside reasons: 1.');
    expect(page).toContain('**Many above SGD: holds on the means**: 16 of 16, 0 of them told apart.');
  });

  it('counts a found optimizer that failed neither way', async () => {
    const { page } = await findingsOf(table1, size, ['table1-16']);
    expect(page).toContain('**Many above SGD: holds on the means**: 15 of 15,');
  });

  it('has no correlation where all is lost', async () => {
    const plan = await table1.plan({ ...size, task: 'digits-mlp' });
    const rules = plan.map(({ rule }) => rule);
    const { page } = await findingsOf(table1, size, rules);
    expect(page).toContain("correlation with the paper's is — (");
    expect(page).not.toContain('NaN');
  });

  it('is drawn under the name of its task', async () => {
    const { files } = await findingsOf(table1, size);
    expect(files['table1.svg']).toContain('Twenty optimizers on spirals.mjs');
    expect(files['table1.svg']).not.toContain('Wide ResNet');
  });
});

describe('figure4', () => {
  it('shows a task of the user’s own by its file name alone', () => {
    const rules = Array.from({ length: 20 }, (_, i) => ({ key: `${i}`, reward: 0.01 * i }));
    const runs = ['c', 'r'].map((run) => ({ run, samples: 20, rules }));
    const curves = { task: OWN, protocol: 'quick', environment: 'none', ...learningCurves(runs) };
    const text = everythingOf(figure4.findings({ scale: 0.0004, seeds: 1 }, curves));
    expect(text).toContain('spirals.mjs');
    expect(text).not.toMatch(/home|6b1f0c2d9e8a/);
  });
});
