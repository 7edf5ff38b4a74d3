import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { type BakeoffPlan, runBakeoff } from './bakeoff.ts';
import { entrants } from './entrants.ts';
import { landscapes } from './landscapes.ts';
import { bakeoffPicture, conditionText } from './picture.ts';
import { summarize } from './summary.ts';
import { marks } from './trial.ts';

const NAMES = ['random', 'evolution', 'trpo'];
const plan: BakeoffPlan = {
  entrants: NAMES.map(entrants.find),
  landscapes: landscapes.entries,
  samples: 100,
  seeds: 3,
  tune: false,
};
/** Regrets that fall, faster for the second and third entrant. */
const result = await runBakeoff(plan, async (trials) =>
  trials.map(({ strategy, seed, samples }) => ({
    standings: marks(samples).map((mark) => ({
      samples: mark,
      regret: 1 / (mark + strategy.length + seed),
      proposalRegret: 1 / (1 + strategy.length + seed),
      distinctShare: 1,
    })),
    samplesToTop: null,
  })),
);

/** What a strictly parsed XML document has: the texts, and how many lines and bands are drawn. */
function read(svg: string): { texts: readonly string[]; lines: number; bands: number } {
  const texts: string[] = [];
  const open: { name: string; label: string | undefined }[] = [];
  const count = { line: 0, area: 0 };
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const label = attributes['aria-label'] ?? open.at(-1)?.label;
    if (name === 'path' && (label === 'line' || label === 'area')) count[label]++;
    if (name === 'text') texts.push('');
    open.push({ name, label });
  });
  parser.on('text', (part) => {
    if (open.at(-1)?.name === 'text') texts[texts.length - 1] += part;
  });
  parser.on('closetag', () => void open.pop());
  parser.write(svg).close();
  return { texts, lines: count.line, bands: count.area };
}

describe('a picture', () => {
  const curves = summarize(result);

  it.each([
    ['regret', 'Regret of the best rule found'],
    ['proposalRegret', 'Regret of what is proposed'],
  ] as const)('of the %s has a panel a condition, in it a line and a band a strategy', (measure, title) => {
    const { texts, lines, bands } = read(bakeoffPicture(curves, measure));
    const panels = ['parts, noise 0.01', 'parts, noise 0.05', 'parts, noise 0.2', 'digits-mlp'];
    expect(result.conditions.map(conditionText)).toEqual(panels);
    for (const text of [title, ...panels, ...NAMES]) {
      expect(texts.filter((one) => one === text)).toEqual([text]);
    }
    expect([lines, bands]).toEqual([12, 12]);
  });

  it('is the same for the same curves, and another for the other measure', () => {
    expect(bakeoffPicture(curves, 'regret')).toBe(bakeoffPicture(curves, 'regret'));
    expect(bakeoffPicture(curves, 'regret')).not.toBe(bakeoffPicture(curves, 'proposalRegret'));
  });

  it('of one condition has one panel', () => {
    const one = curves.filter(({ condition }) => condition.landscape === 'digits-mlp');
    const { texts, lines } = read(bakeoffPicture(one, 'regret'));
    expect([lines, texts.filter((text) => text.startsWith('parts'))]).toEqual([3, []]);
  });
});
