/**
 * What the output of a program says of its training. Sources of the result, the first that has it: the file metrics.json, a line of
 * JSON, `name=value`, a number.
 */

/** Numbers by name. */
export type Values = Readonly<Record<string, number>>;

/** What a program has said on the way, with the step if it named one. */
export interface CurvePoint {
  readonly step: number;
  readonly values: Values;
}

/** What is kept of the lines that a program printed; of bounded size, however many there are. */
export interface OutputSummary {
  /** The newest line of JSON with the wanted number; the newest with any if none is named. */
  readonly json?: Values;
  /** The newest line of `name=value` the same way. */
  readonly pairs?: Values;
  /** The newest number that is a line by itself; if none is named, the last number of the newest line that has one. */
  readonly number?: number;
  /** Names of numbers that were seen. */
  readonly names: readonly string[];
  /** Lines that name a step, thinned out evenly. */
  readonly curve: readonly CurvePoint[];
}

/** The result of a program that ended well: its value, which may be NaN, and what else it measured; or what is missing. */
export type ProgramResult =
  | { readonly value: number; readonly from: ResultSource; readonly measures: Values }
  | { readonly missing: string };

export type ResultSource = 'metrics.json' | 'JSON' | 'name=value' | 'number';

/** Names of numbers that say where a training is, and never how good. */
const PLACES = new Set([
  'step',
  'steps',
  'epoch',
  'epochs',
  'iter',
  'iteration',
  'seed',
  'lr',
  'learning_rate',
  'time',
  'seconds',
]);

/** Most names of one object or line, and of all that were seen. */
const MOST_NAMES = 50;
/** Points of a curve that are kept at most. */
const MOST_POINTS = 256;
/** Characters of a line that are looked at. */
export const LONGEST_LINE = 65_536;

/**
 * Picks the result.
 *
 * @param metric The name of the wanted number; without one there must be a single number.
 * @param file The text of metrics.json, if the program wrote it.
 */
export function resultOf(
  output: OutputSummary,
  metric: string | undefined,
  file: string | undefined,
): ProgramResult {
  if (file !== undefined) {
    const values = parseObject(file);
    if (values === undefined) return { missing: 'metrics.json is no JSON object' };
    return resultIn(values, 'metrics.json', metric);
  }
  if (output.json) return resultIn(output.json, 'JSON', metric);
  if (output.pairs) return resultIn(output.pairs, 'name=value', metric);
  if (output.number !== undefined) return { value: output.number, from: 'number', measures: {} };
  const seen = output.names.length > 0 ? `it has ${output.names.slice(0, 8).join(', ')}` : 'it has no number';
  return {
    missing: metric === undefined ? 'its output has no number' : `no ${metric} in its output: ${seen}`,
  };
}

function resultIn(values: Values, from: ResultSource, metric: string | undefined): ProgramResult {
  const names = Object.keys(values);
  const candidates = metric === undefined ? names.filter((name) => !PLACES.has(name)) : [metric];
  const [name] = candidates;
  if (name === undefined || !Object.hasOwn(values, name)) {
    return { missing: `no ${metric ?? 'number'} in its ${from}: it has ${names.join(', ') || 'no number'}` };
  }
  if (candidates.length > 1) {
    return {
      missing: `its ${from} has several numbers, ${candidates.slice(0, 8).join(', ')}: name one as the metric`,
    };
  }
  const { [name]: value, ...measures } = values;
  return { value: value!, from, measures };
}

/** Reads the lines that a program prints, as they come. */
export class OutputReader {
  readonly #metric: string | undefined;
  readonly #names = new Set<string>();
  #json: Values | undefined;
  #pairs: Values | undefined;
  #number: number | undefined;
  #curve: CurvePoint[] = [];
  /** Every how many-th point is kept. */
  #stride = 1;
  #points = 0;

  constructor(metric: string | undefined) {
    this.#metric = metric;
  }

  /** Takes one line in; gives what it says of the way, if it names a step or the wanted number. */
  read(line: string): CurvePoint | undefined {
    const text = line.slice(0, LONGEST_LINE).trim();
    if (text === '') return undefined;
    const object =
      line.length <= LONGEST_LINE && text.startsWith('{') && text.endsWith('}')
        ? parseObject(text)
        : undefined;
    const values = object ?? pairsOf(text);
    const names = Object.keys(values);
    if (names.length === 0) {
      this.#number = (this.#metric === undefined ? lastNumber(text) : numberOf(text)) ?? this.#number;
      return undefined;
    }
    for (const name of names) if (this.#names.size < MOST_NAMES) this.#names.add(name);
    if (this.#isResult(values)) {
      if (object) this.#json = values;
      else this.#pairs = values;
    }
    return this.#notePoint(values);
  }

  summary(): OutputSummary {
    return {
      ...(this.#json && { json: this.#json }),
      ...(this.#pairs && { pairs: this.#pairs }),
      ...(this.#number !== undefined && { number: this.#number }),
      names: [...this.#names],
      curve: this.#curve,
    };
  }

  #isResult(values: Values): boolean {
    if (this.#metric !== undefined) return Object.hasOwn(values, this.#metric);
    return Object.keys(values).some((name) => !PLACES.has(name));
  }

  #notePoint(values: Values): CurvePoint | undefined {
    const { step, ...others } = values;
    if (step === undefined) return undefined;
    const point = { step, values: others };
    if (this.#points++ % this.#stride === 0) this.#curve.push(point);
    if (this.#curve.length > MOST_POINTS) {
      this.#curve = this.#curve.filter((_, i) => i % 2 === 0);
      this.#stride *= 2;
    }
    return point;
  }
}

/** A number as programs print it, also `nan` and `inf`. */
const NUMBER = String.raw`[-+]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|[nN][aA][nN]|[iI]nf(?:inity)?)`;
const ALONE = new RegExp(`^${NUMBER}$`);
const PAIR = new RegExp(
  String.raw`(?<![\w./-])["']?([A-Za-z_][\w./@%-]{0,99})["']?\s*[=:]\s*(${NUMBER})(?=%?\.?(?:$|[\s,;|)\]}]))`,
  'g',
);
const ANYWHERE = new RegExp(String.raw`(?<![\w.])${NUMBER}(?=%?\.?(?:$|[\s,;|)\]}]))`, 'g');

/** The pairs `name=value` and `name: value` of a line. */
function pairsOf(line: string): Values {
  const found = [...line.matchAll(PAIR)].slice(0, MOST_NAMES);
  return Object.fromEntries(
    found.filter(([, name]) => !(name! in {})).map(([, name, value]) => [name, toNumber(value!)]),
  );
}

const numberOf = (text: string): number | undefined => (ALONE.test(text) ? toNumber(text) : undefined);

function lastNumber(line: string): number | undefined {
  const last = [...line.matchAll(ANYWHERE)].at(-1)?.[0];
  return last === undefined ? undefined : toNumber(last);
}

function toNumber(text: string): number {
  if (/nan/i.test(text)) return Number.NaN;
  if (/inf/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(text);
}

/**
 * The numbers of a JSON object by name, those inside of other objects by their path: `eval.loss`. Python writes NaN and Infinity as they
 * are, JavaScript writes null for both. Undefined for what is no JSON object.
 */
export function parseObject(text: string): Values | undefined {
  const value = parseLenient(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(numbersIn(value, '').slice(0, MOST_NAMES));
}

function parseLenient(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {}
  try {
    const named = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
      token.startsWith('"') ? token : JSON.stringify(token),
    );
    return JSON.parse(named);
  } catch {
    return undefined;
  }
}

const NAMED: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

function numbersIn(object: object, before: string): readonly (readonly [string, number])[] {
  return Object.entries(object).flatMap(([key, value]): readonly (readonly [string, number])[] => {
    const name = `${before}${key}`.slice(0, 100);
    if (name in {}) return [];
    if (typeof value === 'number') return [[name, value]];
    if (value === null) return [[name, Number.NaN]];
    if (typeof value === 'string') return Object.hasOwn(NAMED, value) ? [[name, NAMED[value]!]] : [];
    // Deep enough for any file of metrics.
    return typeof value === 'object' && !Array.isArray(value) && name.length < 100 && before.length < 60
      ? numbersIn(value, `${name}.`)
      : [];
  });
}
