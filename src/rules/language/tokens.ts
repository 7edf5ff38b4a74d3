import { RuleError } from './rule-error.ts';

/**
 * A piece of rule text. `position` is the index of its first character; the end of the text is a token too. What can be
 * written in several ways (`**`, `×`, `m̂`) has the one text that the parser knows.
 */
export interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  readonly position: number;
}

/** A hat is U+0302, behind its letter. */
const PATTERN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*\u0302?|\u03b3\u0302|[εϵ])|(?<symbol>\*\*|[<>]=?|[-+*/^(),:;−–×·⋅∗÷∕≤≥])|(?<power>[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))/y;

/** Other ways to write names and symbols: mathematical signs, the paper's letters, Python's power. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['**', '^'],
  ['−', '-'],
  ['–', '-'],
  ['×', '*'],
  ['·', '*'],
  ['⋅', '*'],
  ['∗', '*'],
  ['÷', '/'],
  ['∕', '/'],
  ['≤', '<='],
  ['≥', '>='],
  ['m\u0302', 'm'],
  ['v\u0302', 'v'],
  ['γ\u0302', 'gamma'],
  ['ε', 'eps'],
  ['ϵ', 'eps'],
]);

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

const LEARNING_RATE = 'the learning rate is outside the rule: the step is w ← w − λ·u; leave it out';
const AS_TEXT = 'LaTeX is not read; write x / y for \\frac{x}{y}, exp(x) for e^{x}, sign(x), m, v';
export const RIGHT_SIDE = 'write the right-hand side alone: the direction u of the step w ← w − λ·u';
const CHOICE = 'write where(c, x, y): x where c is not 0, else y';

const EQUALITY = 'write (x <= y) * (y <= x)';

/** What to write instead of a character that the language does not have. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ...['\\', '$', '{', '}'].map((c): [string, string] => [c, AS_TEXT]),
  ...['=', '←'].map((c): [string, string] => [c, RIGHT_SIDE]),
  ['?', CHOICE],
  ['!', 'write x < y, x <= y, x > y or x >= y; 1 - c is not c'],
  ['≠', 'write (x < y) + (y < x)'],
  ['&', 'write c * d, for comparisons c and d'],
  ...['λ', 'η', 'α'].map((c): [string, string] => [c, LEARNING_RATE]),
  ['β', 'write its value: ema(x, 0.9)'],
  ['γ', 'write gamma for the average of g^3, or a number'],
  ['[', 'write ( and )'],
  [']', 'write ( and )'],
  ['|', 'write abs(x) for |x|, max(c, d) for comparisons c and d'],
  ['√', 'write sqrt(x)'],
  ['∇', 'write g, the gradient'],
  ['.', 'names have no dots: write sqrt(x), not np.sqrt(x)'],
  ['\u0302', 'write m, v or gamma for the averages with a hat'],
]);

/** The pieces of a rule text. Throws {@link RuleError} at a character that the language does not have. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  PATTERN.lastIndex = 0;
  while (end < text.length) {
    const match = PATTERN.exec(text);
    if (match === null) break;
    tokens.push(...toTokens(match));
    end = PATTERN.lastIndex;
  }
  const rest = text.slice(end);
  const position = end + rest.length - rest.trimStart().length;
  if (rest.trim() !== '') throw foreign(text, position);
  tokens.push({ kind: 'end', text: '', position: end });
  return tokens;
}

function toTokens(match: RegExpExecArray): readonly Token[] {
  const { number, name, symbol, power } = match.groups as {
    readonly [kind in 'number' | 'name' | 'symbol' | 'power']?: string;
  };
  const written = (number ?? name ?? symbol ?? power) as string;
  const position = match.index + match[0].length - written.length;
  const text = SPELLINGS.get(written) ?? written;
  if (number !== undefined) return [{ kind: 'number', text, position }];
  if (name !== undefined) return [{ kind: 'name', text, position }];
  if (symbol !== undefined) return [{ kind: 'symbol', text, position }];
  return superscript(written, position);
}

/** `g⁻²` is `g^-2`. */
function superscript(written: string, position: number): readonly Token[] {
  const digits = [...written].filter((c) => SUPERSCRIPTS.includes(c));
  const number = digits.map((c) => SUPERSCRIPTS.indexOf(c)).join('');
  const tokens: Token[] = [{ kind: 'symbol', text: '^', position }];
  if (written.startsWith('⁻')) tokens.push({ kind: 'symbol', text: '-', position });
  return [...tokens, { kind: 'number', text: number, position }];
}

function foreign(text: string, position: number): RuleError {
  const character = String.fromCodePoint(text.codePointAt(position)!);
  const hint = text.startsWith('==', position)
    ? EQUALITY
    : (INSTEAD.get(character) ?? 'a rule has numbers, names, + - * / ^, parentheses and commas');
  return new RuleError(`unexpected character '${character}'`, { text, position, hint });
}
