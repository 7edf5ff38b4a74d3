import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { type IntervalChart, intervalChart } from './index.ts';

/** Names and attributes of all elements of a strictly parsed XML document, and its texts. */
function parse(svg: string) {
  const elements: { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[] = [];
  let text = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes }));
  parser.on('text', (part) => {
    text += `${part}\n`;
  });
  parser.write(svg).close();
  return { elements, text };
}

const chart = (more: Partial<IntervalChart> = {}): IntervalChart => ({
  title: 'Rules beside adam',
  subtitle: 'Protocol quick, 3 seeds.',
  label: 'validation accuracy',
  groups: [
    { name: 'better', symbol: 'up' },
    { name: 'reference', symbol: 'circle' },
  ],
  panels: [
    {
      title: 'digits-mlp',
      level: { name: 'mean of adam', x: 0.8 },
      rows: [
        { name: 'a < b & c', group: 'better', value: 0.9, low: 0.88, high: 0.92, points: [0.87, 0.9, 0.93] },
        { name: 'adam', group: 'reference', value: 0.8, low: 0.79, high: 0.81, points: [0.79, 0.81] },
      ],
    },
    { title: 'other', rows: [{ name: 'adam', group: 'reference', value: 0.4 }] },
  ],
  ...more,
});

describe('an interval chart', () => {
  it('draws a mean, an interval and its points for every row, and a level', () => {
    const { elements, text } = parse(intervalChart(chart()));
    const radii = elements.filter(({ name }) => name === 'circle').map(({ attributes }) => attributes.r);
    // Circles stand in the two rows of adam and in the legend's sample; the other row has a triangle.
    expect(radii.filter((r) => r === '4.5')).toHaveLength(2 + 1);
    expect(radii.filter((r) => r === '2.5')).toHaveLength(5);
    expect(elements.filter(({ name }) => name === 'polygon')).toHaveLength(1);
    for (const word of ['a < b & c', 'digits-mlp', 'other', 'better', 'reference', 'mean of adam']) {
      expect(text).toContain(word);
    }
    const [svg] = elements;
    expect(svg?.attributes).toMatchObject({ width: '760', 'aria-label': 'Rules beside adam' });
  });

  it('spaces values by their logarithms where a panel says so; an interval down to 0 begins at the edge', () => {
    const rows = [0.01, 1, 100].map((value, i) => ({ name: `row ${i}`, group: 'reference', value }));
    const wide = { ...rows[0]!, low: -0.02, high: 0.04 };
    const panel = { title: '', scale: 'log', rows: [wide, ...rows.slice(1)] } as const;
    const { elements, text } = parse(intervalChart(chart({ panels: [panel] })));
    const [first, second, third] = elements
      .filter(({ name, attributes }) => name === 'circle' && attributes.r === '4.5')
      // The first is the legend's.
      .slice(1)
      .map(({ attributes }) => Number(attributes.cx));
    expect(second! - first!).toBeGreaterThan(50);
    expect(third! - second!).toBeCloseTo(second! - first!, 3);
    for (const tick of ['0.01', '1', '100']) expect(text.split('\n')).toContain(tick);
    expect(JSON.stringify(elements)).not.toMatch(/NaN|Infinity/);
    const none = { ...panel, rows: [{ ...wide, value: 0 }] };
    expect(() => intervalChart(chart({ panels: [none] }))).toThrow(/row 0': 0 cannot stand on a logarithmic/);
  });

  it('gives equal bytes for equal charts, and stands alone', () => {
    const svg = intervalChart(chart());
    expect(intervalChart(chart())).toBe(svg);
    expect(svg).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(svg).not.toMatch(/<style|href=/);
  });

  it('draws nothing where a value is not finite, but keeps the row', () => {
    const rows = [
      { name: 'gone', group: 'better', value: Number.NaN, points: [Number.NaN] },
      { name: 'adam', group: 'reference', value: 0.5 },
    ];
    const { elements, text } = parse(intervalChart(chart({ panels: [{ title: '', rows }] })));
    expect(elements.filter(({ attributes }) => attributes.r === '4.5')).toHaveLength(1 + 1);
    expect(text).toContain('gone');
  });

  it('cuts long names off', () => {
    const name = 'g * '.repeat(60);
    const rows = [{ name, group: 'better', value: 0.5 }];
    const { text } = parse(intervalChart(chart({ panels: [{ title: '', rows }] })));
    expect(text).toContain('…');
    expect(text).not.toContain(name);
  });

  it('refuses what it cannot draw', () => {
    expect(() => intervalChart(chart({ panels: [] }))).toThrow(/at least one panel/);
    expect(() => intervalChart(chart({ panels: [{ title: 'x', rows: [] }] }))).toThrow(
      /'x': expected at least one row/,
    );
    expect(() => intervalChart(chart({ groups: [{ name: 'better', symbol: 'up' }] }))).toThrow(
      /row 'adam': no group 'reference'/,
    );
  });
});
