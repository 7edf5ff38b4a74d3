/**
 * A strict reader of Prometheus's text format (version 0.0.4), for tests: it throws where a page breaks a rule of the format, or
 * a rule that Prometheus recommends for names.
 */
export interface Page {
  /** Every series as it is written: `nos_evaluations_total{outcome="ok"}`. */
  readonly samples: ReadonlyMap<string, number>;
  /** By the name of the metric. */
  readonly types: ReadonlyMap<string, string>;
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;

/** @throws Error naming the line. */
export function readExposition(text: string): Page {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const helps = new Set<string>();
  /** The metric whose lines are being read, and those that are over: a metric's lines stand together. */
  let current = '';
  const over = new Set<string>();
  for (const line of text.split('\n').filter(Boolean)) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    const [, comment, about = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (line.startsWith('#') && !comment) fail('neither HELP nor TYPE');
    const name = comment ? about : familyOf(LINE.exec(line)?.[1] ?? fail('no sample'), types);
    if (name !== current) {
      over.add(current);
      if (over.has(name)) fail('lines of a metric stand apart');
      current = name;
    }
    if (comment === 'HELP') helps.has(name) ? fail('HELP twice') : helps.add(name);
    else if (comment === 'TYPE') types.has(name) ? fail('TYPE twice') : types.set(name, rest);
    else {
      if (!types.has(name) || !helps.has(name)) fail('no TYPE or HELP before');
      const [series, value] = readSample(line, fail);
      if (samples.has(series)) fail('a series twice');
      samples.set(series, value);
    }
  }
  for (const [name, type] of types) checkMetric(name, type, samples);
  return { samples, types };
}

function readSample(line: string, fail: (why: string) => never): readonly [string, number] {
  const [, name = '', labels = '', number = ''] = LINE.exec(line) ?? [];
  const names = new Set<string>();
  for (let rest = labels; rest !== ''; ) {
    const [all, label = ''] = LABEL.exec(rest) ?? fail('no label');
    if (names.has(label)) fail('a label twice');
    names.add(label);
    rest = rest.slice(all.length);
  }
  if (!NUMBER.test(number)) fail('no number');
  return [labels === '' ? name : `${name}{${labels}}`, Number(number.replace('Inf', 'Infinity'))];
}

/** The metric that a sample belongs to: `x_bucket` is of the histogram `x`. */
function familyOf(sample: string, types: ReadonlyMap<string, string>): string {
  const base = sample.replace(/_(bucket|sum|count)$/, '');
  return ['histogram', 'summary'].includes(types.get(base) ?? '') ? base : sample;
}

function checkMetric(name: string, type: string, samples: ReadonlyMap<string, number>): void {
  const own = [...samples].filter(([series]) => series.replace(/\{.*/, '').startsWith(name));
  // A histogram of Node.js's own has none before the first garbage collection.
  if (own.length === 0 && name.startsWith('nos_')) throw new Error(`${name} has no samples`);
  if (!['counter', 'gauge', 'histogram', 'summary'].includes(type)) throw new Error(`${name} is a ${type}`);
  // Those of Node.js have names of their own.
  if (name.startsWith('nos_') && (type === 'counter') !== name.endsWith('_total')) {
    throw new Error(`${name} is a ${type}`);
  }
  if (type === 'counter' && own.some(([, value]) => !(value >= 0))) throw new Error(`${name} is negative`);
  if (type === 'histogram' && name.startsWith('nos_')) checkHistogram(name, samples);
}

function checkHistogram(name: string, samples: ReadonlyMap<string, number>): void {
  const buckets = [...samples].filter(([series]) => series.startsWith(`${name}_bucket{`));
  const bounds = buckets.map(([series]) =>
    Number(/le="([^"]+)"/.exec(series)?.[1]?.replace('Inf', 'Infinity')),
  );
  const counts = buckets.map(([, count]) => count);
  const rises = (values: readonly number[], least: number): boolean =>
    values.every((value, i) => i === 0 || value - (values[i - 1] as number) >= least);
  if (bounds.at(-1) !== Number.POSITIVE_INFINITY || !rises(bounds, Number.MIN_VALUE)) {
    throw new Error(`${name}: bounds ${bounds}`);
  }
  if (!rises(counts, 0) || counts.at(-1) !== samples.get(`${name}_count`)) {
    throw new Error(`${name}: counts ${counts}`);
  }
}
