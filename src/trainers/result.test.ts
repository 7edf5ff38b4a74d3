import { describe, expect, it } from 'vitest';
import { Lines, Tail } from './lines.ts';
import { OutputReader, parseObject, resultOf } from './result.ts';

function resultFrom(lines: readonly string[], metric?: string, file?: string) {
  const reader = new OutputReader(metric);
  for (const line of lines) reader.read(line);
  return resultOf(reader.summary(), metric, file);
}

describe('resultOf', () => {
  it.each([
    ['the file before all others', ['{"loss": 2}', 'loss=3', '4'], 'loss', '{"loss": 1}', 1, 'metrics.json'],
    ['the last line of JSON', ['{"loss": 2}', '{"loss": 1}', 'loss=3'], 'loss', undefined, 1, 'JSON'],
    ['the last line of JSON that has it', ['{"loss": 1}', '{"done": true}'], 'loss', undefined, 1, 'JSON'],
    ['the last pair', ['loss=3', 'loss=1.5e-2 acc=9', '7'], 'loss', undefined, 0.015, 'name=value'],
    [
      'a pair with a colon',
      ['Epoch 3: val_loss: 0.25, acc: 91.5%'],
      'val_loss',
      undefined,
      0.25,
      'name=value',
    ],
    ['a pair of a Python dict', ["{'loss': 0.5, 'epoch': 3.0}"], 'loss', undefined, 0.5, 'name=value'],
    ['the last number by itself', ['took 12 s', '0.75', 'bye'], 'loss', undefined, 0.75, 'number'],
    ['the last number of any line', ['final accuracy is 0.75', 'bye'], undefined, undefined, 0.75, 'number'],
    ['the one number without a name', ['{"step": 10, "loss": 4}'], undefined, undefined, 4, 'JSON'],
    ['a number in an object', ['{"eval": {"loss": 4}}'], 'eval.loss', undefined, 4, 'JSON'],
    ['nothing of a number in a word', ['sha1 a1b2', 'v1.2.3', '5'], undefined, undefined, 5, 'number'],
  ])('takes %s', (_, lines, metric, file, value, from) =>
    expect(resultFrom(lines, metric, file)).toMatchObject({ value, from }),
  );

  it.each([
    ['{"loss": NaN}', Number.NaN],
    ['{"loss": null}', Number.NaN],
    ['{"loss": "NaN"}', Number.NaN],
    ['{"loss": -Infinity, "note": "NaN \\" Infinity"}', Number.NEGATIVE_INFINITY],
    ['loss=nan', Number.NaN],
    ['loss: inf', Number.POSITIVE_INFINITY],
    ['-inf', Number.NEGATIVE_INFINITY],
  ])('reads %s as a number that is not finite', (line, value) =>
    expect(resultFrom([line], 'loss')).toMatchObject({ value }),
  );

  it('keeps what else was measured', () => {
    const found = resultFrom([], 'loss', '{"loss": 1, "acc": 0.5, "note": "x", "list": [1], "a": {"b": 2}}');
    expect(found).toEqual({ value: 1, from: 'metrics.json', measures: { acc: 0.5, 'a.b': 2 } });
  });

  it.each([
    [[], 'loss', undefined, 'no loss in its output: it has no number'],
    [[], undefined, undefined, 'its output has no number'],
    [['train_loss=3 acc=1'], 'loss', undefined, 'no loss in its output: it has train_loss, acc'],
    [['done in 12.3 s'], 'loss', undefined, 'no loss in its output: it has no number'],
    [[], 'loss', '{"acc": 1}', 'no loss in its metrics.json: it has acc'],
    [[], 'loss', '[1]', 'metrics.json is no JSON object'],
    [
      ['{"a": 1, "b": 2}'],
      undefined,
      undefined,
      'its JSON has several numbers, a, b: name one as the metric',
    ],
    [
      ['{"__proto__": 1, "constructor": 2}'],
      'toString',
      undefined,
      'no toString in its output: it has no number',
    ],
  ])('says what is missing of %j', (lines, metric, file, missing) =>
    expect(resultFrom(lines, metric, file)).toEqual({ missing }),
  );
});

describe('OutputReader', () => {
  it('makes a curve of lines that name a step', () => {
    const reader = new OutputReader('val_loss');
    reader.read('step=100 val_loss=3.4 lr=0.1');
    reader.read('{"step": 200, "val_loss": 3.2}');
    reader.read('unrelated 7');
    expect(reader.summary().curve).toEqual([
      { step: 100, values: { val_loss: 3.4, lr: 0.1 } },
      { step: 200, values: { val_loss: 3.2 } },
    ]);
  });

  it('stays small and even over many lines', () => {
    const reader = new OutputReader('loss');
    for (let step = 0; step < 20_000; step++) reader.read(`step=${step} loss=1`);
    const { curve } = reader.summary();
    expect(curve.length).toBeGreaterThan(100);
    expect(curve.length).toBeLessThanOrEqual(256);
    const gaps = curve.slice(1).map(({ step }, i) => step - curve[i]!.step);
    expect(new Set(gaps).size).toBe(1);
  });

  it('looks at no more than the beginning of a line', () => {
    const reader = new OutputReader('loss');
    reader.read(`{"loss": 1, "text": "${'x'.repeat(100_000)}"}`);
    reader.read(`${'1'.repeat(10_000_000)}`);
    expect(reader.summary().json).toBeUndefined();
  });
});

it('parseObject takes objects alone', () => {
  expect(['[1]', '1', 'null', '"x"', '{"a": 1', ''].map(parseObject)).toEqual(Array(6).fill(undefined));
});

describe('Lines', () => {
  it('joins pieces, inside of a character too', () => {
    const lines = new Lines();
    const bytes = Buffer.from('é=1\rb=2\n\nc');
    const read = [...bytes].flatMap((byte) => lines.push(Buffer.from([byte])));
    expect([...read, ...lines.end()]).toEqual(['é=1', 'b=2', '', 'c']);
    expect(lines.end()).toEqual([]);
  });

  it('keeps the beginning of a line that never ends', () => {
    const lines = new Lines();
    for (let i = 0; i < 10; i++) expect(lines.push(Buffer.alloc(100_000, 'x'))).toEqual([]);
    expect(lines.end()[0]!.length).toBeLessThan(200_000);
  });
});

it('Tail keeps the last lines, and nothing that a terminal obeys', () => {
  const tail = new Tail(1_000);
  for (let i = 0; i < 10_000; i++) tail.push(Buffer.from(`line ${i}\r\n`));
  tail.push(Buffer.from('\u001b[31mred\u001b[0m\n\n'));
  expect(tail.lines(2)).toBe('line 9999\n[31mred[0m');
});
