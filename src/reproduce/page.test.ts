import { describe, expect, it } from 'vitest';
import type { Evaluation } from '../evaluation/index.ts';
import { curvePictures } from './curve-picture.ts';
import { trainingsCsv, trainingsDocument } from './documents.ts';
import type { ExperimentFindings } from './experiment.ts';
import { experiments } from './experiments.ts';
import { experimentPage, fillPage, markdownTable } from './page.ts';
import type { Provenance } from './provenance.ts';
import type { TrainedOptimizer } from './trainings.ts';

describe('fillPage', () => {
  const values = { samples: '90', task: 't', protocol: 'p', compared: '30', searches: 's', verdicts: 'v' };

  it('takes a value as it stands, whatever it holds', () => {
    for (const text of ['$&', '$1', '$$', "$'", '{{task}}', '\\n']) {
      expect(fillPage('figure4', { ...values, verdicts: text })).toContain(text);
    }
  });

  it('leaves no spaces at the ends of lines, and no empty lines around the page', () => {
    const page = fillPage('figure4', { ...values, verdicts: 'one  \ntwo ' });
    expect(page).toContain('one\ntwo');
    expect(page).toBe(page.trim());
  });

  it('knows no other page', () => expect(() => fillPage('figure8', {})).toThrow('ENOENT'));
});

describe('markdownTable', () => {
  it('has its titles where there are no rows, and an empty cell for an empty text', () => {
    expect(markdownTable(['a', 'b'], [])).toBe('| a | b |\n| - | - |');
    expect(markdownTable(['', 'b'], [['x', '']])).toBe('|   | b |\n| - | - |\n| x |   |');
  });

  it('aligns by code points', () => {
    expect(
      markdownTable(['rule'], [['𝛼𝛽𝛾𝛿𝜀']])
        .split('\n')
        .map((line) => [...line].length),
    ).toEqual([9, 9, 9]);
  });
});

describe('the page of an experiment', () => {
  const made: Provenance = {
    ...{
      command: 'nos reproduce it',
      scale: 0.5,
      version: '1.0.0',
      fingerprint: 'f',
      machine: 'm',
      date: 'd',
    },
  };
  const page = (findings: Partial<ExperimentFindings>, more: Partial<Provenance>) =>
    experimentPage(
      experiments.find('figure6'),
      { files: {}, page: 'Text.', seeds: '1', data: {}, ...findings },
      { ...made, ...more },
    );

  it('drops the picture that does not exist, and keeps the others', () => {
    const text = '![One\nof two](a.svg)\n\n![Another](b.svg)\n\nSee ![c](c.svg) here.';
    const shown = page({ page: text.replace('\n', ' '), files: { 'b.svg': '' } }, { seconds: 1 });
    expect(shown).not.toContain('a.svg');
    expect(shown).toContain('![Another](b.svg)\n\nSee ![c](c.svg) here.');
  });

  it('adds up the time of trainings in core-hours, of one as of many', () => {
    expect(page({}, { trained: { count: 1, seconds: 1_800 } })).toContain(
      '0.50 core-hours: the wall-clock time of 1 evaluation,',
    );
    expect(page({}, { trained: { count: 1_200, seconds: 36_000 } })).toContain(
      '10.00 core-hours: the wall-clock time of 1,200 evaluations,',
    );
    expect(page({}, { seconds: 12.34 })).toContain('12.3 s from start to end, on one core');
  });

  it('says how many evaluations it shows only where it does not show all, what was added later included', () => {
    const added = [{ date: 'd2', commands: ['c'], count: 2, seconds: 3_600 }];
    const trained = { count: 3, seconds: 0 };
    expect(page({ data: { evaluations: [1, 2, 3, 4, 5] } }, { trained, added })).not.toContain(
      'are shown here',
    );
    expect(page({ data: { evaluations: [1, 2, 3] } }, { trained, added })).toContain(
      '; 3 of them are shown here',
    );
    expect(page({}, { trained, added })).toMatch(
      /\| added d2 +\| 1\.00 core-hours: [^|]* 2 evaluations, [^|,]*, added up +\|/,
    );
  });

  it('names the command that trained, where it is another', () => {
    expect(page({}, { trainedBy: 'nos reproduce table1', seconds: 1 })).toMatch(
      /\| trained by +\| `nos reproduce table1` +\|/,
    );
    expect(page({}, { seconds: 1 })).not.toContain('trained by');
  });
});

/** An optimizer whose trainings have these curves of test accuracies, by seed. */
const trained = (name: string, ...curves: readonly (readonly number[])[]): TrainedOptimizer => ({
  name,
  rule: name,
  evaluations: curves.map(
    (curve, i) => ({ seed: i + 1, learningRate: 0.1, curve, testCurve: curve }) as Evaluation,
  ),
});

describe('pictures of curves', () => {
  const draw = (known: readonly TrainedOptimizer[], found: readonly TrainedOptimizer[], scale?: 'log') =>
    curvePictures(known, found, {
      'a.svg': {
        title: 'Curves',
        y: { label: 'accuracy', ...(scale && { scale }) },
        curveOf: ({ testCurve = [] }) => testCurve,
      },
    })['a.svg'];

  it('say of how many seeds they are, and draw bands from three on', () => {
    const of = (seeds: number) => {
      const curves = Array.from({ length: seeds }, (_, i) => [0.1 + 0.01 * i, 0.5 + 0.02 * i]);
      return draw([trained('known', ...curves)], [trained('found', ...curves)]);
    };
    expect(of(1)).toContain('One seed.');
    expect(of(2)).toContain('Lines: the mean of 2 seeds.<');
    expect(of(3)).toContain('Lines: the mean of 3 seeds. Bands: 95 % intervals.');
  });

  it('have a tick for each of few epochs, up to the last that every seed reached', () => {
    const svg = draw([trained('known', [0.1, 0.2, 0.3])], [trained('found', [0.1, 0.2, 0.3], [0.1, 0.2])]);
    expect(svg).toMatch(/>3</);
    expect(draw([trained('known', [0.1, 0.2, 0.3], [0.1, 0.2])], [trained('found', [0.1, 0.2])])).not.toMatch(
      />3</,
    );
  });

  it('have a panel for each found optimizer, titled where there are several', () => {
    const [known, one, two] = ['known', 'one', 'two'].map((name) => trained(name, [0.1, 0.2])) as [
      ...[TrainedOptimizer, TrainedOptimizer, TrainedOptimizer],
    ];
    const times = (svg = '', text: string) => svg.split(`>${text}<`).length - 1;
    expect(times(draw([known], [one, two]), 'one')).toBe(times(draw([known], [one]), 'one') + 1);
  });

  it('leave out what ended no epoch, and are none if nothing did', () => {
    const svg = draw([trained('lost', []), trained('known', [0.1])], [trained('found', [0.2])]);
    expect(svg).toContain('>known<');
    expect(svg).not.toContain('>lost<');
    expect(draw([trained('lost', [])], [trained('found', [], [])])).toBeUndefined();
    expect(draw([trained('lost', [Number.NaN])], [trained('found', [])])).toBeUndefined();
  });
});

describe('what the folder of results holds of trainings', () => {
  it('has a row per epoch, empty where nothing was measured', () => {
    const measureCurves = { bleu: [7, 8], perplexity: [3] };
    const translated = trained('a', [0.1, 0.2]);
    const measured = {
      ...translated,
      evaluations: translated.evaluations.map((one) => ({
        ...one,
        testCurve: [],
        lossCurve: [2, 1],
        measureCurves,
      })),
    };
    expect(trainingsCsv([measured, trained('b, c', [0.5])]).split('\n')).toEqual([
      'optimizer,seed,learning_rate,epoch,validation_score,test_score,training_loss,validation_bleu,validation_perplexity',
      'a,1,0.1,1,0.1,,2,7,3',
      'a,1,0.1,2,0.2,,1,8,',
      '"b, c",1,0.1,1,0.5,0.5,,,',
      '',
    ]);
    expect(trainingsCsv([])).toBe(
      'optimizer,seed,learning_rate,epoch,validation_accuracy,test_accuracy,training_loss\n',
    );
  });

  it('has no seconds, and no folder of the user’s', () => {
    const evaluation: Evaluation = {
      ...{ rule: 'g', key: 'k', task: '/home/me/mine.mjs#6b1f0c2d9e8a', protocol: 'curves@1', seed: 1 },
      ...{
        environment: 'none',
        status: 'diverged',
        reward: 0.1,
        learningRate: Number.NaN,
        edgeOfGrid: false,
      },
      ...{ sweep: [], curve: [], steps: 3, seconds: 9, fingerprint: 'f', version: '1' },
    };
    const [document] = trainingsDocument([evaluation]);
    expect(document).toMatchObject({ task: 'mine.mjs', learningRate: Number.NaN, steps: 3 });
    expect(document).not.toHaveProperty('seconds');
    expect(JSON.stringify(document)).not.toContain('/home');
  });
});
