import { RuleError } from './rule-error.ts';

/** A piece of rule text. `position` is the index of its first character; the end of the text is a token too. */
export interface Token {
  readonly kind: 'number' | 'name' | 'symbol' | 'end';
  readonly text: string;
  readonly position: number;
}

const PATTERN =
  /\s*(?:(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z_]\w*)|(?<symbol>[-+*/^(),]))/y;

/** The pieces of a rule text. Throws {@link RuleError} at a character that the language does not have. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  for (let at = 0; at < text.length; at = PATTERN.lastIndex) {
    const match = PATTERN.exec(text);
    if (match === null) break;
    tokens.push(toToken(match));
  }
  const last = tokens.at(-1);
  const end = last === undefined ? 0 : last.position + last.text.length;
  const rest = text.slice(end);
  const position = end + rest.length - rest.trimStart().length;
  if (rest.trim() !== '') {
    throw new RuleError(
      `unexpected character '${String.fromCodePoint(text.codePointAt(position) as number)}'`,
      {
        text,
        position,
        hint: 'a rule has numbers, names, + - * / ^, parentheses and commas',
      },
    );
  }
  tokens.push({ kind: 'end', text: '', position: end });
  return tokens;
}

function toToken(match: RegExpExecArray): Token {
  const groups = match.groups as { number?: string; name?: string; symbol?: string };
  const text = groups.number ?? groups.name ?? groups.symbol ?? '';
  const kind = groups.number !== undefined ? 'number' : groups.name !== undefined ? 'name' : 'symbol';
  return { kind, text, position: match.index + match[0].length - text.length };
}
