/** An element of MathML: a token with its text, or a row, fraction, root, script or table with its parts. */
export interface MathNode {
  readonly tag:
    | 'mi'
    | 'mn'
    | 'mo'
    | 'mtext'
    | 'mrow'
    | 'mfrac'
    | 'msqrt'
    | Scripted
    | 'mtable'
    | 'mtr'
    | 'mtd';
  readonly text?: string;
  readonly parts?: readonly MathNode[];
  /** Upright letters: the name of a function or an optimizer. */
  readonly upright?: true;
}

type Scripted = 'msup' | 'msub' | 'msubsup' | 'mover';

/** Commands that are one sign. */
const SIGNS: Readonly<Record<string, MathNode>> = {
  '\\cdot': { tag: 'mo', text: '·' },
  '\\le': { tag: 'mo', text: '≤' },
  '\\ge': { tag: 'mo', text: '≥' },
  '\\ne': { tag: 'mo', text: '≠' },
  '\\infty': { tag: 'mi', text: '∞' },
  '\\lambda': { tag: 'mi', text: 'λ' },
  '\\leftarrow': { tag: 'mo', text: '←' },
  '\\varepsilon': { tag: 'mi', text: 'ε' },
  '\\gamma': { tag: 'mi', text: 'γ' },
  '\\quad': { tag: 'mo', text: '\u2003' },
};

/** Commands that are the name of a function. */
const FUNCTIONS = new Set(['ln', 'tanh', 'cos', 'sin', 'exp', 'min', 'max']);

/** The fences of a norm. */
const NORM = new Set(['\\lVert', '\\rVert']);

/** Letters of \mathcal, which have no element of their own. */
const SCRIPT: Readonly<Record<string, string>> = { N: '𝒩' };

/**
 * The LaTeX that this package writes of a rule, as MathML, which browsers draw and screen readers read without a library.
 * It knows the commands of `latexRule`, and no others.
 *
 * @returns undefined for LaTeX with a command that it does not know.
 * @example mathOf('\\frac{g}{2}') // { tag: 'mrow', parts: [{ tag: 'mfrac', parts: [g, 2] }] }
 */
export function mathOf(latex: string): MathNode | undefined {
  try {
    return new Reader(latex.match(/\\[a-zA-Z]+|\\.|[\d.]+|\S/g) ?? []).all();
  } catch (error) {
    if (error instanceof UnknownCommand) return undefined;
    throw error;
  }
}

class UnknownCommand extends Error {}

const row = (parts: readonly MathNode[]): MathNode => ({ tag: 'mrow', parts });

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  all(): MathNode {
    const whole = row(this.#until(undefined));
    if (this.#at < this.#tokens.length) throw new UnknownCommand(this.#tokens[this.#at]);
    return whole;
  }

  /** Everything up to a token, which is left. */
  #until(...ends: readonly (string | undefined)[]): readonly MathNode[] {
    const parts: MathNode[] = [];
    while (this.#at < this.#tokens.length && !ends.includes(this.#tokens[this.#at])) {
      parts.push(this.#scripted(this.#atom()));
    }
    return parts;
  }

  /** An atom with what stands above and below at its right. */
  #scripted(base: MathNode): MathNode {
    const below = this.#take('_') ? this.#argument() : undefined;
    const above = this.#take('^') ? this.#argument() : undefined;
    if (below && above) return { tag: 'msubsup', parts: [base, below, above] };
    if (below) return { tag: 'msub', parts: [base, below] };
    return above ? { tag: 'msup', parts: [base, above] } : base;
  }

  #atom(): MathNode {
    const token = this.#next();
    const sign = SIGNS[token];
    if (sign) return sign;
    if (/^[\d.]/.test(token)) return { tag: 'mn', text: token };
    if (/^[a-zA-Z]$/.test(token)) return { tag: 'mi', text: token };
    if (FUNCTIONS.has(token.slice(1))) return { tag: 'mi', text: token.slice(1), upright: true };
    switch (token) {
      case '\\frac':
        return { tag: 'mfrac', parts: [this.#argument(), this.#argument()] };
      case '\\sqrt':
        return { tag: 'msqrt', parts: [this.#argument()] };
      case '\\hat':
        return { tag: 'mover', parts: [this.#argument(), { tag: 'mo', text: '^' }] };
      case '\\operatorname':
      case '\\mathrm':
        return { tag: 'mi', text: this.#word(), upright: true };
      case '\\mathcal':
        return { tag: 'mi', text: SCRIPT[this.#next()] ?? unknown(token) };
      case '\\text':
        return { tag: 'mtext', text: `${this.#word()}\u2002` };
      case '\\left':
        return this.#fenced();
      case '\\begin':
        return this.#cases();
      case '{':
        this.#at--;
        return this.#argument();
    }
    if (/^[-+=<>(),|;:]$/.test(token)) return { tag: 'mo', text: token === '-' ? '−' : token };
    return unknown(token);
  }

  /** What stands between \left and \right, with its fences. */
  #fenced(): MathNode {
    const open = this.#fence();
    const inside = this.#until('\\right');
    this.#next();
    const close = this.#fence();
    return row([open, row(inside), close]);
  }

  #fence(): MathNode {
    const token = this.#next();
    return { tag: 'mo', text: NORM.has(token) ? '‖' : token };
  }

  /** The rows of the environment `cases`, behind one brace. */
  #cases(): MathNode {
    if (this.#word() !== 'cases') unknown('\\begin');
    const rows: MathNode[] = [];
    do {
      const cells: MathNode[] = [];
      do cells.push({ tag: 'mtd', parts: this.#until('&', '\\\\', '\\end') });
      while (this.#take('&'));
      rows.push({ tag: 'mtr', parts: cells });
    } while (this.#take('\\\\'));
    this.#next();
    this.#word();
    return row([
      { tag: 'mo', text: '{' },
      { tag: 'mtable', parts: rows },
    ]);
  }

  /** What stands in braces, or the one atom that follows. */
  #argument(): MathNode {
    if (!this.#take('{')) return this.#atom();
    const parts = this.#until('}');
    this.#next();
    return parts.length === 1 ? parts[0]! : row(parts);
  }

  /** The letters in braces, as they are. */
  #word(): string {
    const from = this.#at + 1;
    const end = this.#tokens.indexOf('}', from);
    if (this.#tokens[this.#at] !== '{' || end < 0) unknown(this.#tokens[this.#at] ?? '');
    this.#at = end + 1;
    return this.#tokens.slice(from, end).join('');
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at++;
    return true;
  }

  #next(): string {
    return this.#tokens[this.#at++] ?? unknown('the end');
  }
}

function unknown(token: string): never {
  throw new UnknownCommand(token);
}
