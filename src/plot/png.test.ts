import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { intervalChart, lineChart, missingInPng, pngOf } from './index.ts';

const titled = (title: string) =>
  lineChart({
    title,
    x: { label: 'epoch' },
    y: { label: 'score' },
    panels: [
      {
        title: '',
        series: [
          {
            name: 'adam',
            line: [
              [1, 0.2],
              [2, 0.4],
            ],
          },
        ],
      },
    ],
  });

/** How many pixels of the title's line are dark, and the places of the first and last of these. */
async function inkOf(title: string) {
  const { data, width, channels } = decode(await pngOf(titled(title)));
  // The first line of a title stands from 24 to 72 in a picture of twice the size.
  const dark: number[] = [];
  for (let y = 24; y < 72; y++) {
    for (let x = 0; x < width; x++) if ((data[(y * width + x) * channels] as number) < 100) dark.push(x);
  }
  return { count: dark.length, first: Math.min(...dark), last: Math.max(...dark) };
}

describe('pngOf', () => {
  it('is a picture of twice the size, or of the width that is asked for', async () => {
    expect(decode(await pngOf(titled('one')))).toMatchObject({ width: 1_520 });
    expect(decode(await pngOf(titled('one'), 500))).toMatchObject({ width: 500 });
  });

  it('gives equal bytes for equal pictures', async () => {
    expect(await pngOf(titled('one'))).toEqual(await pngOf(titled('one')));
  });

  it.each(['momentum', '·⁻⁵', 'm̂', 'ĝ', 'ê', 'λ', '−', '≥', '▲', 'ж'])('writes %s', async (text) => {
    const [with_, without] = [await inkOf(`x${text}`), await inkOf('x')];
    expect(with_.count).toBeGreaterThan(without.count + 10);
    expect(missingInPng(titled(text))).toEqual([]);
  });

  it('draws a hat on its letter, not behind it', async () => {
    const [hat, plain] = [await inkOf('m̂'), await inkOf('m')];
    expect(hat.count).toBeGreaterThan(plain.count);
    expect(hat.last).toBe(plain.last);
  });

  it('draws what its font has not as a square, and says so', async () => {
    expect(missingInPng(titled('日本日 🚀 run'))).toEqual(['日', '本', '🚀']);
    expect(await inkOf('日')).toEqual(await inkOf('□'));
  });

  it('cuts no name off at the edge', async () => {
    const names = ['momentum', 'MMMMMMMM', 'drop(m̂, 10⁻⁵)·e^(sign(g)·sign(m))', 'WwWwWw'];
    const svg = intervalChart({
      title: '',
      label: '',
      groups: [{ name: 'rules', symbol: 'circle' }],
      panels: [{ title: '', rows: names.map((name) => ({ name, group: 'rules', value: 0.5 })) }],
    });
    const { data, width, height, channels } = decode(await pngOf(svg));
    // The four leftmost pixels hold nothing but the ground, which is white.
    for (let y = 20; y < height - 20; y++) {
      for (let x = 0; x < 4; x++) expect(data[(y * width + x) * channels]).toBe(255);
    }
  });
});
