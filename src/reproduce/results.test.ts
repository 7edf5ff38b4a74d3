import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { toJson } from '../json.ts';
import { learningCurves } from '../run/index.ts';
import type { Trainings } from './experiment.ts';
import { experiments } from './experiments.ts';
import { figure4 } from './figure4/figure4.ts';
import type { Provenance } from './provenance.ts';
import { readData, resultFiles, resultFromData } from './results.ts';
import { table2 } from './table2/table2.ts';
import { keyOf } from './trainings.ts';

const RESULTS = new URL('../../docs/results/', import.meta.url);
const textOf = (folder: string, file = 'data.json'): string =>
  readFileSync(new URL(`${folder}/${file}`, RESULTS), 'utf8');
const committed = experiments.names.filter((name) => existsSync(new URL(`${name}/data.json`, RESULTS)));

const MADE: Provenance = {
  ...{
    command: 'nos reproduce it',
    scale: 0.005,
    version: '1.0.0',
    fingerprint: 'f',
    machine: 'a processor',
  },
  ...{ date: '2026-01-01', trained: { count: 6, seconds: 7_200 } },
};

/** What one optimizer's training came to with a seed. */
type Outcome = (rule: string, seed: number, rate: number) => Partial<Evaluation>;

async function evaluated(experiment: Trainings, seeds: number, outcome: Outcome): Promise<Evaluation[]> {
  const plan = await experiment.plan({ scale: 0.005, seeds, task: 'digits-mlp' });
  return plan.map((wanted, i): Evaluation => {
    const value = 0.5 + 0.001 * i;
    const learningRate = Number(wanted.protocol.split('=')[1] ?? 0.1);
    return {
      ...wanted,
      ...{ status: 'ok', reward: value, curve: [value], testCurve: [value], lossCurve: [1], steps: 9 },
      ...{ learningRate, edgeOfGrid: false, sweep: [], seconds: 1, fingerprint: 'f', version: '1.0.0' },
      ...outcome(wanted.rule, wanted.seed, learningRate),
    };
  });
}

const lost = { status: 'diverged', curve: [], testCurve: [], lossCurve: [] } as const;

describe('the committed results', () => {
  it.each(committed)('of %s are what their data gives, to the byte', (name) => {
    const experiment = experiments.find(name);
    const files = resultFiles(experiment, resultFromData(experiment, readData(textOf(name)), ''));
    expect(readdirSync(new URL(name, RESULTS)).sort()).toEqual(Object.keys(files).sort());
    for (const [file, text] of Object.entries(files)) expect(textOf(name, file) === text, file).toBe(true);
  });

  it('are those of every experiment but the searches', () => {
    const small = experiments.entries.filter(({ kind }) => kind !== 'searches' && kind !== 'chain');
    // A chain takes days, so that its results may be there or not.
    expect(committed.filter((name) => name !== 'discovery')).toEqual(small.map(({ name }) => name));
  });
});

describe.each(experiments.entries.filter(({ kind }) => kind === 'trainings') as Trainings[])(
  '$name',
  (experiment) => {
    it('is the same again from its data, what diverged or failed too', async () => {
      const evaluations = await evaluated(experiment, 2, (_, seed, rate) =>
        seed === 1 && rate < 2 ? {} : { ...lost, status: rate < 2 ? 'failed' : 'diverged', reward: 0.1 },
      );
      const files = resultFiles(experiment, {
        findings: experiment.findings({ scale: 0.005, seeds: 2 }, evaluations),
        made: MADE,
      });
      const again = resultFromData(experiment, readData(files['data.json'] as string), 'another command');
      expect(resultFiles(experiment, again)).toEqual(files);
      expect(files['README.md']).toContain('2.00 core-hours: the wall-clock time of 6 evaluations');
    });
  },
);

describe('figure4', () => {
  it.each([{ chance: 0.1 }, {}])('is the same again from its data, with %j', (chance) => {
    // Two of every three rules are one.
    const rules = (from: number) =>
      Array.from({ length: 25 }, (_, i) => ({ key: `${Math.ceil((2 * i) / 3)}`, reward: from + 0.01 * i }));
    const runs = ['c1', 'r1', 'c2', 'r2'].map((run, i) => ({ run, samples: 30, rules: rules(0.1 * i) }));
    const shared = { task: '/home/me/mine.mjs#6b1f0c2d9e8a', protocol: 'quick', environment: 'none' };
    const findings = figure4.findings(
      { scale: 30 / 45_000, seeds: 2 },
      { ...shared, ...chance, ...learningCurves(runs) },
    );
    const files = resultFiles(figure4, { findings, made: MADE });
    expect(resultFiles(figure4, resultFromData(figure4, readData(files['data.json'] as string), ''))).toEqual(
      files,
    );
    expect(JSON.stringify(files)).not.toContain('/home/me');
  });
});

describe('resultFromData', () => {
  const from = (name: string, text: string) =>
    resultFromData(experiments.find(name), readData(text), `nos reproduce ${name} --from-data there`);

  it('takes the data of another experiment that trained the same, and says so', () => {
    const { findings, made } = from('figure5', textOf('table1'));
    expect(made).toMatchObject({
      command: 'nos reproduce figure5 --from-data there',
      trainedBy: 'nos reproduce table1 --scale 0.01 -o docs/results/table1',
      trained: { count: 40 },
    });
    expect(findings.data.evaluations).toHaveLength(12);
    const page = resultFiles(experiments.find('figure5'), { findings, made })['README.md'];
    expect(page).toContain('of 40 evaluations, each on one core, added up; 12 of them are shown here');
  });

  it('keeps and tells what was added later', () => {
    const added = [
      {
        date: '2026-01-02',
        commands: ['nos eval adam', 'nos eval sgd'],
        count: 2,
        seconds: 9_000,
        note: 'busy',
      },
    ];
    const data = JSON.parse(textOf('figure5'));
    const { findings, made } = from('figure5', toJson({ ...data, made: { ...data.made, added } }));
    expect(made.added).toEqual(added);
    const page = resultFiles(experiments.find('figure5'), { findings, made })['README.md'];
    expect(page).toMatch(/\| added 2026-01-02 \| 2\.50 core-hours: [^|]* 2 evaluations, [^|]*, busy +\|/);
    expect(page).toMatch(/\| by +\| `nos eval adam` +\|\n\| by +\| `nos eval sgd` +\|/);
  });

  it('refuses the data of one that trained others', () => {
    expect(() => from('table1', textOf('figure5'))).toThrow(
      expect.objectContaining({
        code: 'bad-text',
        message: expect.stringMatching(/no training of .* with seed 1, which table1 needs/),
      }),
    );
  });

  it.each(['', '{}', '[]', 'null', '"x"', '{"experiment":"table1"}', '\u{feff}{}'])(
    'refuses %j, which is no experiment’s data',
    (text) => {
      expect(() => from('table1', text)).toThrow(
        expect.objectContaining({ code: 'bad-text', message: 'data.json: not the data of an experiment' }),
      );
    },
  );

  it.each([
    ['figure6', 'table1'],
    ['table1', 'figure6'],
  ])('refuses for %s the data of %s', (name, other) => {
    expect(() => from(name, textOf(other))).toThrow(
      expect.objectContaining({ code: 'bad-text', message: `data.json: not the data of ${name}` }),
    );
  });
});

describe('learning rates of table2', () => {
  /** The rates that stand in the table, by seed, of trainings with these scores at Adam's three rates. */
  const chosen = async (outcomes: readonly Partial<Evaluation>[]): Promise<string | undefined> => {
    const at = [1e-3, 3e-3, 1e-2];
    const evaluations = await evaluated(table2, 1, (rule, _, rate) =>
      keyOf(rule) === keyOf('adam') ? (outcomes[at.indexOf(rate)] as Partial<Evaluation>) : {},
    );
    const { page } = table2.findings({ scale: 0.005, seeds: 1 }, evaluations);
    const [, table = ''] = page.split('## The table');
    return /^\| Adam .*?\| ([^|]*?) *\| [^|]*\|$/m.exec(table)?.[1];
  };
  const [failed, diverged] = [{ ...lost, status: 'failed', reward: 0.1 } as const, { ...lost, reward: 0.1 }];

  it.each([
    ['between others', [{ reward: 0.1 }, { reward: 0.3 }, { reward: 0.2 }], '3e-3'],
    ['the smallest', [{ reward: 0.3 }, { reward: 0.2 }, { reward: 0.1 }], '1e-3 (edge)'],
    ['the largest', [{ reward: 0.1 }, { reward: 0.2 }, { reward: 0.3 }], '1e-2 (edge)'],
    ['the smaller of equals', [{ reward: 0.1 }, { reward: 0.3 }, { reward: 0.3 }], '3e-3'],
    ['below one that diverged', [{ reward: 0.1 }, { reward: 0.3 }, diverged], '3e-3'],
    [
      'beside one that failed, so that nothing is known of it',
      [{ reward: 0.1 }, { reward: 0.3 }, failed],
      '3e-3 (edge)',
    ],
    ['none where every one diverged', [diverged, diverged, diverged], '—'],
    ['none where every one failed or diverged', [failed, diverged, failed], '—'],
  ] as const)('are flagged at an edge: %s', async (_, outcomes, expected) => {
    expect(await chosen(outcomes)).toBe(expected);
  });
});
