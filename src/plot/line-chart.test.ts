import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { type LineChart, lineChart } from './index.ts';

interface Node {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Node | string)[];
}

/** The root of a strictly parsed XML document. */
function parse(text: string): Node {
  const root: Node = { name: '', attributes: {}, children: [] };
  const open = [root];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const node = { name, attributes, children: [] };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('text', (part) => open.at(-1)?.children.push(part));
  parser.on('closetag', () => open.pop());
  parser.write(text).close();
  return root.children[0] as Node;
}

const all = (node: Node): Node[] => [
  node,
  ...node.children.flatMap((child) => (typeof child === 'string' ? [] : all(child))),
];
const textOf = (node: Node): string =>
  node.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
const textsOf = (svg: string): string[] =>
  all(parse(svg))
    .filter(({ name }) => name === 'text')
    .map(textOf);
/** The shapes of Plot's marks of one kind: `line`, `dot`, `area`. */
const shapes = (svg: string, kind: string): Node[] =>
  all(parse(svg))
    .filter(({ attributes }) => attributes['aria-label'] === kind)
    .flatMap(all)
    .filter(({ name }) => name === (kind === 'dot' ? 'circle' : 'path'));
/** How the marks of a kind look, in the order of drawing. */
const looks = (svg: string, kind: string) =>
  all(parse(svg))
    .filter(({ attributes }) => attributes['aria-label'] === kind)
    .map((mark) => Object.assign({}, ...all(mark).map(({ attributes }) => attributes)));

const chart = (more: Partial<LineChart> = {}): LineChart => ({
  title: 'Reward while searching',
  subtitle: 'Two runs.',
  x: { label: 'sampled rules' },
  y: { label: 'reward' },
  levels: [{ name: 'chance', y: 0.1 }],
  panels: [
    {
      title: 'first',
      series: [
        {
          name: 'rl',
          line: [
            [1, 0.1],
            [2, 0.2],
            [3, 0.4],
          ],
          band: [
            [1, 0.05, 0.15],
            [2, 0.1, 0.3],
            [3, 0.3, 0.5],
          ],
        },
        {
          name: 'random',
          line: [
            [1, 0.1],
            [3, 0.15],
          ],
          points: [
            [1, 0.12],
            [2, 0.08],
            [3, 0.2],
          ],
        },
      ],
    },
    {
      title: 'second',
      series: [
        {
          name: 'random',
          line: [
            [1, 0.3],
            [3, 0.1],
          ],
        },
      ],
    },
  ],
  ...more,
});

const withSeries = (
  series: LineChart['panels'][number]['series'],
  more: Partial<LineChart> = {},
): LineChart => chart({ panels: [{ title: 'only', series }], ...more });

describe('lineChart', () => {
  it('is the picture that somebody has looked at', async () => {
    await expect(lineChart(chart())).toMatchFileSnapshot('../../test/fixtures/line-chart.svg');
  });

  it('says title, subtitle, axes, panels, series and levels as text, each once', () => {
    const texts = textsOf(lineChart(chart()));
    const said = ['Reward while searching', 'Two runs.', 'sampled rules', 'reward', 'first', 'second'];
    for (const text of [...said, 'rl', 'random', 'chance']) {
      expect(texts.filter((one) => one === text)).toEqual([text]);
    }
    expect(texts).toEqual(expect.arrayContaining(['0.5', '0.1']));
  });

  it('has a name for those who do not see it, a size, and a ground of its own', () => {
    const root = parse(lineChart(chart()));
    expect(root.attributes).toMatchObject({ role: 'img', 'aria-label': 'Reward while searching' });
    expect(root.attributes.viewBox).toBe(`0 0 ${root.attributes.width} ${root.attributes.height}`);
    const [title, ground] = root.children as Node[];
    expect([title?.name, textOf(title as Node)]).toEqual(['title', 'Reward while searching']);
    expect(ground).toMatchObject({ name: 'rect', attributes: { ...sizeOf(root), fill: '#ffffff' } });
  });

  it('draws every line, band and point, in the colour of its series in every panel', () => {
    const svg = lineChart(chart());
    expect(['line', 'area', 'dot'].map((kind) => shapes(svg, kind).length)).toEqual([3, 1, 3]);
    const [rl, random] = ['#0067a5', '#d55e00'];
    expect(looks(svg, 'line').map(({ stroke }) => stroke)).toEqual([rl, random]);
    expect(looks(svg, 'area').map(({ fill }) => fill)).toEqual([rl]);
    expect(looks(svg, 'dot').map(({ fill }) => fill)).toEqual([random]);
    const alone = withSeries([{ name: 'whatever', line: [[1, 1]] }]);
    expect(looks(lineChart(alone), 'line')).toMatchObject([{ stroke: rl }]);
  });

  it('tells many series apart by dashes, and keeps their names within the picture', () => {
    const names = Array.from({ length: 20 }, (_, i) => `a series of number ${i}`);
    const svg = lineChart(
      withSeries(
        names.map((name, i) => ({
          name,
          line: [
            [0, i],
            [1, i],
          ],
        })),
      ),
    );
    const root = parse(svg);
    const different = looks(svg, 'line').map((look) => `${look.stroke} ${look['stroke-dasharray']}`);
    expect(new Set(different).size).toBe(20);
    const labels = all(root).filter((node) => node.name === 'text' && names.includes(textOf(node)));
    expect(labels).toHaveLength(20);
    for (const { attributes } of labels) {
      expect(Number(attributes.x) + 22 * 5).toBeLessThan(Number(root.attributes.width));
    }
    expect(new Set(labels.map(({ attributes }) => `${attributes.x} ${attributes.y}`)).size).toBe(20);
  });

  it('leaves out what is not finite, with a gap in the line', () => {
    const svg = lineChart(
      withSeries([
        {
          name: 'a',
          line: [
            [1, 1],
            [2, 2],
            [3, Number.NaN],
            [4, 3],
            [5, 2],
          ],
          points: [
            [1, Number.POSITIVE_INFINITY],
            [Number.NaN, 1],
            [2, 2],
          ],
        },
      ]),
    );
    expect(shapes(svg, 'dot')).toHaveLength(1);
    expect(shapes(svg, 'line').map(({ attributes }) => attributes.d?.match(/M/g)?.length)).toEqual([2]);
    expect(svg).not.toMatch(/NaN|Infinity/);
  });

  it('marks the powers of ten on a logarithmic axis, or the ticks it is told', () => {
    const series = [
      {
        name: 'a',
        line: [
          [1e-5, 0.5],
          [10, 0.6],
        ],
      },
    ] as const;
    const log = { label: 'learning rate', scale: 'log' } as const;
    expect(textsOf(lineChart(withSeries(series, { x: log })))).toEqual(
      expect.arrayContaining(['10⁻⁵', '10⁻¹', '10⁰', '10¹']),
    );
    const told = textsOf(lineChart(withSeries(series, { x: { ...log, ticks: [1e-4, 2e-2] } })));
    expect(told).toEqual(expect.arrayContaining(['0.0001', '0.02']));
    expect(told).not.toContain('10⁻³');
    const outside = textsOf(lineChart(withSeries(series, { x: { ...log, ticks: [1, 3000] } })));
    expect(outside).not.toContain('3,000');
  });

  it('cuts at a domain', () => {
    const svg = lineChart(chart({ y: { label: 'reward', domain: [0.1, 0.2] } }));
    expect(svg).toContain('clip-path="url(#panel-0)"');
    expect(textsOf(svg)).not.toContain('0.5');
  });

  it('equal charts are equal bytes, whatever was drawn in between', () => {
    const clipped = chart({ y: { label: 'reward', domain: [0, 0.3] } });
    const before = lineChart(clipped);
    lineChart(chart());
    expect(lineChart(clipped)).toBe(before);
  });

  it('any text comes out as it went in, but for what XML cannot write', () => {
    const word = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `x${text}`);
    fc.assert(
      fc.property(word, word, word, (title, name, label) => {
        const svg = lineChart(
          chart({ title, x: { label }, panels: [{ title: 'p', series: [{ name, line: [[1, 1]] }] }] }),
        );
        const root = parse(svg);
        expect(textOf(root.children[0] as Node)).toBe(writable(title));
        expect(root.attributes['aria-label']).toBe(writable(title));
        expect(textsOf(svg)).toContain(writable(name));
      }),
      { seed: 1, numRuns: 60 },
    );
    const texts = textsOf(lineChart(chart({ x: { label: '<a href="x">&amp;\'</a>]]>' } })));
    expect(texts).toContain('<a href="x">&amp;\'</a>]]>');
    expect(lineChart(chart({ title: '\u0000\ud800<script>alert(1)</script>' }))).not.toContain('<script');
  });

  it.each<[string, LineChart, RegExp]>([
    ['no panels', chart({ panels: [] }), /at least one panel/],
    ['no series', withSeries([]), /panel 'only': expected at least one series/],
    ['an empty series', withSeries([{ name: 'a', line: [] }]), /series 'a': nothing to draw/],
    ['nothing finite', withSeries([{ name: 'a', points: [[1, Number.NaN]] }]), /nothing to draw/],
    [
      'a name twice',
      withSeries([
        { name: 'a', line: [[1, 1]] },
        { name: 'a', line: [[1, 2]] },
      ]),
      /same name/,
    ],
    [
      'zero on a logarithmic axis',
      withSeries([{ name: 'a', line: [[0, 1]] }], { x: { label: 'rate', scale: 'log' } }),
      /series 'a': 0 cannot stand on the logarithmic axis 'rate'/,
    ],
    ['a domain', chart({ y: { label: 'y', domain: [1, 0] } }), /axis 'y': cannot go from 1 to 0/],
    ['a level', chart({ levels: [{ name: 'chance', y: Number.NaN }] }), /level 'chance': .* got NaN/],
    ['too small', chart({ height: 150 }), /900 by 150 pixels are too few/],
  ])('refuses %s', (_, bad, message) => {
    expect(() => lineChart(bad)).toThrow(RangeError);
    expect(() => lineChart(bad)).toThrow(message);
  });
});

const sizeOf = ({ attributes }: Node) => ({ width: attributes.width, height: attributes.height });

/** Line breaks and tabs are spaces, and what XML 1.0 has no character for is U+FFFD. */
function writable(text: string): string {
  return [...text]
    .map((character) => {
      const code = character.codePointAt(0) as number;
      if ('\t\n\r'.includes(character)) return ' ';
      const surrogate = code >= 0xd800 && code < 0xe000;
      return code < 0x20 || surrogate || code === 0xfffe || code === 0xffff ? '\ufffd' : character;
    })
    .join('');
}
