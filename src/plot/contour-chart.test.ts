import { describe, expect, it } from 'vitest';
import { type ContourChart, contourChart } from './index.ts';

const chart = (more: Partial<ContourChart> = {}): ContourChart => ({
  title: 'Descent',
  subtitle: 'Two paths.',
  x: { label: 'across', domain: [-2, 2] },
  y: { label: 'up', domain: [-1, 1] },
  surface: (x, y) => x * x + 4 * y * y,
  levels: [0.5, 1, 2, 4],
  panels: [
    {
      title: 'first',
      path: [
        [-1.5, 0.8],
        [-0.5, -0.4],
        [0, 0],
      ],
    },
    {
      title: 'second',
      path: [
        [-1.5, 0.8],
        [Number.NaN, 0],
        [1, 0.5],
        [9, 0.5],
      ],
    },
  ],
  landmarks: [
    { name: 'start', symbol: 'circle', points: [[-1.5, 0.8]] },
    { name: 'minimum', symbol: 'star', points: [[0, 0]] },
  ],
  ...more,
});

const count = (svg: string, text: string): number => svg.split(text).length - 1;
/** Plot's marks of one kind, with all that is in them, as text: every mark has a label. */
const marks = (svg: string, kind: string): string[] =>
  svg.split('aria-label="').filter((part) => part.startsWith(`${kind}"`));

describe('contourChart', () => {
  it('is the picture that somebody has looked at', async () => {
    await expect(contourChart(chart())).toMatchFileSnapshot('../../test/fixtures/contour-chart.svg');
  });

  it('says title, subtitle, axes, panels and landmarks as text', () => {
    const svg = contourChart(chart());
    for (const text of ['Descent', 'Two paths.', 'across', 'up', 'first', 'second', 'start', 'minimum']) {
      expect(count(svg, `>${text}</`), text).toBeGreaterThan(0);
    }
  });

  it('draws the contours of every level in every panel', () => {
    const drawn = marks(contourChart(chart()), 'contour');
    expect(drawn.reduce((sum, mark) => sum + count(mark, '<path'), 0)).toBe(2 * 4);
  });

  it('cuts paths at the domain, leaves gaps, and marks every landmark in every panel', () => {
    const svg = contourChart(chart());
    expect(svg).toContain('clip-path="url(#panel-0)"');
    expect(svg).not.toMatch(/NaN|Infinity/);
    const [first, second] = marks(svg, 'line').flatMap((mark) => [...mark.matchAll(/ d="([^"]*)"/g)]);
    expect(count(first?.[1] ?? '', 'M')).toBe(1);
    expect(count(second?.[1] ?? '', 'M')).toBe(2);
    const dots = marks(svg, 'dot');
    expect(dots.reduce((sum, mark) => sum + count(mark, '<circle') + count(mark, '<path'), 0)).toBe(2 * 2);
  });

  it('needs no landmarks; equal charts are equal bytes', () => {
    const bare = chart({ landmarks: [] });
    const svg = contourChart(bare);
    contourChart(chart());
    expect(contourChart(bare)).toBe(svg);
    expect(marks(svg, 'dot')).toEqual([]);
  });

  it.each<[string, ContourChart, RegExp]>([
    ['no panels', chart({ panels: [] }), /at least one panel/],
    ['one level', chart({ levels: [1] }), /two or more ascending levels/],
    ['levels that do not ascend', chart({ levels: [1, 1] }), /ascending levels, got 1, 1/],
    ['a domain', chart({ x: { label: 'x', domain: [1, 1] } }), /axis 'x': cannot go from 1 to 1/],
    ['too small', chart({ height: 100 }), /too few/],
  ])('refuses %s', (_, bad, message) => {
    expect(() => contourChart(bad)).toThrow(message);
  });
});
