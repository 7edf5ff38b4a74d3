import { unknownName } from '../../errors.ts';
import { shorten } from '../../names.ts';
import { call, type Expression, leaf, literal } from './expression.ts';
import { KINDS } from './kinds.ts';
import { type Notation, type Parameter, PRECEDENCE, type RuleOperation } from './operation.ts';
import { operations } from './operations.ts';
import { evaluateScalar, extentOf, isStepScalar } from './parts.ts';
import { writtenCall } from './print.ts';
import { RuleError } from './rule-error.ts';
import { hintForLabel, hintInstead } from './synonyms.ts';
import { RIGHT_SIDE, type Token, tokenize } from './tokens.ts';

/** The most nodes that a rule has; more is an error. Nesting is bounded too. */
export const MAX_NODES = 1000;

/** The deepest nesting of parentheses and operations: a rule's nodes in one another, with a name in the middle written out. */
const MAX_DEPTH = MAX_NODES + 20;

/** What a rule text means, before its size is looked at. */
export interface Parsed {
  readonly expression: Expression;
  /** Index into the text of node number {@link MAX_NODES} + 1 as written; of the first token in a shorter text. */
  readonly excess: number;
}

/**
 * Parses a rule text of at most `limit` nodes as written. `^` binds tighter than the unary minus and is right-associative; the
 * unary minus binds tighter than `*`. Throws {@link RuleError} (code 'bad-rule') that names the column and what was expected.
 */
export function parseExpression(text: string, limit: number): Parsed {
  return new Parser(text, [], limit).parsed();
}

/**
 * Parses a function's text such as `clip(x, 1e-4)`: a rule text in which the variables stand for values, as leaves of their
 * names. It is a rule once they are replaced. Throws {@link RuleError} as {@link parseExpression} does.
 */
export function parseTemplate(text: string, variables: readonly string[]): Expression {
  return new Parser(text, variables, MAX_NODES).parsed().expression;
}

/** The error for a rule of too many nodes; `where` says in which form. */
export const tooLong = (text: string, position: number, where = ''): RuleError =>
  new RuleError(`more than ${MAX_NODES} nodes${where}`, { text, position, hint: 'write a shorter rule' });

/** An operator, and whether its symbol is that of the operation with its sides exchanged. */
type Operator = RuleOperation & { readonly notation: Notation; readonly exchanged?: boolean };

const infix = new Map<string, Operator>();
const prefix = new Map<string, Operator>();
for (const operation of operations.values()) {
  const notation = operation.notation;
  if (notation === undefined) continue;
  (notation.associativity === 'prefix' ? prefix : infix).set(notation.symbol, { ...operation, notation });
  if (notation.mirrored !== undefined) {
    infix.set(notation.mirrored, { ...operation, notation, exchanged: true });
  }
}

/** Names that are written as names: the operators have symbols instead. */
const written: readonly RuleOperation[] = [...operations.values()].filter(
  (o) => o.notation === undefined && o.kind !== 'labels',
);
const operands = written.filter((o) => o.arity === 0 && o.parameters.every((p) => p.fallback !== undefined));
const functions = written.filter((o) => o.arity > 0 || o.parameters.length > 0);

/** What stands around other functions, as `global` does in the name `global norm`, and their names. */
const outer = new Map<string, readonly string[]>();
for (const { name } of functions) {
  const [around, inner] = name.split(' ');
  if (inner !== undefined) outer.set(around!, [...(outer.get(around!) ?? []), inner]);
}

/** Steps at which a coefficient that varies is checked. */
const CHECKED_STEPS = [1, 2, 3, 10, 100, 500, 999, 1000] as const;
const CHECKED_TOTAL = 1000;
const CHECKED_RATE = 1e-3;

/** The label of the weights to read out. */
const READOUT = 'eval';

const WRITE_LABELS = 'a rule for a kind of tensors has its label';

const CHAIN = 'write (x < y) * (y < z), or put one in parentheses';

/** A rule of a text, with its label if it has one. */
interface Section {
  readonly label: Token | undefined;
  readonly start: Token;
  readonly expression: Expression;
  /** What is there for matrices alone. */
  readonly ofMatrices: Token | undefined;
}

/** Precedence climbing over the tokens of one text. */
class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #variables: readonly string[];
  readonly #limit: number;
  #next = 0;
  #nodes = 0;
  #depth = 0;
  /** Whether the last value was read, of each recurrence around the place. */
  readonly #recurrences: { reads: boolean }[] = [];
  /** The first reduction over all tensors. */
  #overNetwork: Token | undefined;
  /** The first operation of the rule that is for matrices alone. */
  #ofMatrices: Token | undefined;
  /** The first node that is one more than a rule may have, unless they are names written out. */
  #oneTooMany: Token | undefined;

  constructor(text: string, variables: readonly string[], limit: number) {
    this.#text = text;
    this.#tokens = tokenize(text);
    this.#variables = variables;
    this.#limit = limit;
  }

  parsed(): Parsed {
    const start = this.#peek();
    if (start.kind === 'end') {
      throw this.#error(
        'empty rule',
        start,
        "write an expression such as 'g' or 'exp(sign(g) * sign(m)) * g'",
      );
    }
    const sections = [this.#section()];
    while (this.#peek().text === ';' && this.#variables.length === 0) {
      this.#next++;
      if (this.#peek().kind !== 'end') sections.push(this.#section());
    }
    const rest = this.#peek();
    if (rest.kind !== 'end') throw this.#trailing(rest);
    return { expression: this.#withReadout(sections), excess: (this.#oneTooMany ?? start).position };
  }

  /** A rule behind its label, as in `vectors: g`. */
  #section(): Section {
    const start = this.#peek();
    const labelled = start.kind === 'name' && this.#tokens[this.#next + 1]?.text === ':';
    if (labelled) this.#next += 2;
    this.#ofMatrices = undefined;
    const expression = this.#expression(PRECEDENCE.comparison);
    return { label: labelled ? start : undefined, start, expression, ofMatrices: this.#ofMatrices };
  }

  /** A rule, and the weights to read out behind it if they are given. */
  #withReadout(sections: readonly Section[]): Expression {
    const [readout, second] = sections.filter(({ label }) => label?.text === READOUT);
    if (readout === undefined) return this.#assembled(sections);
    if (second !== undefined) throw this.#error('a second eval', second.label!, 'leave one of them out');
    const rest = sections.filter((section) => section !== readout);
    if (rest.length === 0 || readout === sections[0]) {
      throw this.#error('no rule before eval', readout.label!, 'write the rule first: g; eval: ema(w, 0.99)');
    }
    return this.#node(call(READOUT, [this.#assembled(rest), this.#forAll(readout)]), readout.label!);
  }

  /** The rule per kind of tensors that the rules of a text are. One without a label, which stands first, is for all that have none. */
  #assembled(sections: readonly Section[]): Expression {
    const [first, ...others] = sections as readonly [Section, ...Section[]];
    if (first.label === undefined && others.length === 0) return this.#forAll(first);
    if (this.#overNetwork !== undefined) {
      throw this.#error(
        `'${this.#overNetwork.text}' in a rule per kind of tensors, which are stepped one kind after the other`,
        this.#overNetwork,
        'write one rule for all kinds',
      );
    }
    const byLabel = new Map<string, Section>();
    for (const section of sections) {
      const { label, start } = section;
      if (label === undefined) {
        if (section === first) continue;
        throw this.#error('a second rule without a label', start, `${WRITE_LABELS}: g; vectors: m`);
      }
      if (!KINDS.some((kind) => kind === label.text)) throw this.#unknownLabel(label);
      if (byLabel.has(label.text)) {
        throw this.#error(
          `a second rule for ${label.text}`,
          label,
          'write one rule for each kind of tensors',
        );
      }
      byLabel.set(label.text, section);
    }
    const fallback = first.label === undefined ? first.expression : undefined;
    const [matrices, vectors, embeddings] = KINDS.map((kind) => byLabel.get(kind)?.expression ?? fallback);
    if (matrices === undefined || vectors === undefined) {
      const missing = matrices === undefined ? 'matrices' : 'vectors';
      throw this.#error(
        `no rule for ${missing}`,
        this.#peek(),
        `add '; ${missing}: …', or begin with a rule without a label, which is for all others`,
      );
    }
    this.#forAll(byLabel.get('vectors') ?? first);
    if (fallback !== undefined && byLabel.size === KINDS.length) {
      throw this.#error(
        'a rule for no tensors',
        first.start,
        'leave it out: every kind has a rule of its own',
      );
    }
    return this.#node(
      call('kinds', [matrices, vectors, ...(embeddings === undefined ? [] : [embeddings])]),
      first.start,
    );
  }

  /** A rule, or weights to read out, that vectors have too. */
  #forAll({ label, expression, ofMatrices }: Section): Expression {
    if (ofMatrices === undefined) return expression;
    throw this.#error(
      `'${ofMatrices.text}' of vectors, which are no matrices,`,
      ofMatrices,
      label?.text === READOUT
        ? 'leave it out: eval is for all tensors'
        : `write matrices: … ${ofMatrices.text}(x) …; vectors: …`,
    );
  }

  #unknownLabel(label: Token): RuleError {
    const { message, hint } = unknownName('kind of tensors', label.text, [...KINDS, READOUT]);
    return this.#error(message, label, hintForLabel(label.text) ?? hint);
  }

  /** Everything that binds at least as tightly as `least`. */
  #expression(least: number): Expression {
    this.#enter();
    let left = this.#unary();
    let compared = false;
    for (;;) {
      const operator = this.#peek();
      const operation = operator.kind === 'symbol' ? infix.get(operator.text) : undefined;
      if (operation === undefined || operation.notation.precedence < least) break;
      const { precedence, associativity } = operation.notation;
      if (associativity === 'none') {
        if (compared) throw this.#error('comparisons do not chain', operator, CHAIN);
        compared = true;
      }
      this.#next++;
      const right = this.#expression(associativity === 'right' ? precedence : precedence + 1);
      const sides = operation.exchanged ? [right, left] : [left, right];
      left = this.#node(call(operation.name, sides), operator);
    }
    this.#depth--;
    return left;
  }

  #unary(): Expression {
    const sign = this.#peek();
    const operation = sign.kind === 'symbol' ? prefix.get(sign.text) : undefined;
    if (operation === undefined) return this.#primary();
    this.#next++;
    if (this.#isNegativeLiteral()) return this.#number(-1);
    const operand = this.#expression(operation.notation.precedence);
    return this.#node(call(operation.name, [operand]), sign);
  }

  /** Whether a literal follows the minus: `-3` is one literal, but `-3^2` is −(3²). */
  #isNegativeLiteral(): boolean {
    const after = this.#tokens[this.#next + 1];
    return (
      this.#peek().kind === 'number' && infix.get(after?.text ?? '')?.notation.precedence !== PRECEDENCE.power
    );
  }

  #primary(): Expression {
    const token = this.#peek();
    if (token.kind === 'number') return this.#number(1);
    if (token.kind === 'name') return this.#named();
    if (token.text !== '(') throw this.#expected('a number, a name or (', token);
    this.#next++;
    const value = this.#expression(PRECEDENCE.comparison);
    this.#close(token);
    return value;
  }

  #number(sign: 1 | -1): Expression {
    const token = this.#peek();
    return this.#node(literal(sign * this.#value()), token);
  }

  /** The value of the number that comes next. */
  #value(): number {
    const token = this.#take();
    const value = Number(token.text);
    const vanished = value === 0 && /[1-9]/.test(token.text.split(/e/i)[0] as string);
    if (!Number.isFinite(value) || vanished) {
      const what = vanished ? 'small' : 'large';
      throw this.#error(
        `the number ${token.text} is too ${what} for float64`,
        token,
        'use one between 1e-307 and 1e308',
      );
    }
    return value;
  }

  #named(): Expression {
    const name = this.#take();
    if (this.#variables.includes(name.text)) return this.#node(leaf(name.text), name);
    const calls = this.#peek().text === '(';
    const inside = outer.get(name.text);
    if (inside !== undefined) return this.#outer(name, inside);
    const known = operations.get(name.text);
    const operation = known && written.includes(known) ? known : undefined;
    if (operation === undefined) throw this.#unknown(name, calls);
    if (calls) return this.#called(operation, name);
    if (!operands.includes(operation)) {
      throw this.#error(`'${name.text}' needs its arguments`, name, `write ${usage(operation)}`);
    }
    if (operation.kind === 'self') this.#readSelf(name);
    return this.#node(withoutArguments(operation), name);
  }

  #readSelf(name: Token): void {
    const recurrence = this.#recurrences.at(-1);
    if (recurrence === undefined) {
      throw this.#error(
        `'${name.text}' outside rec(init, x)`,
        name,
        `it is the last value of the rec around it: rec(0, max(${name.text}, g))`,
      );
    }
    recurrence.reads = true;
  }

  /** `global(norm(x))`, which is one operation. */
  #outer(name: Token, inside: readonly string[]): Expression {
    this.#overNetwork ??= name;
    const usage = `${name.text}(${inside[0]}(x))`;
    const one = `one of ${inside.join(', ')}`;
    const open = this.#peek();
    if (open.text !== '(') throw this.#error(`'${name.text}' needs a reduction`, name, `write ${usage}`);
    this.#next++;
    const inner = this.#peek();
    const follows = this.#tokens[this.#next + 1]?.text === '(';
    if (!inside.includes(inner.text) || !follows) {
      throw this.#error(`'${name.text}' of what is no reduction`, inner, `write ${usage}: ${one}`);
    }
    this.#next++;
    const value = this.#called(operations.get(`${name.text} ${inner.text}`)!, inner);
    const after = this.#peek();
    if (after.kind === 'symbol' && after.text !== ')') {
      throw this.#error(`'${name.text}' of what is no reduction`, after, `write it outside: 2 * ${usage}`);
    }
    this.#close(open);
    return value;
  }

  #called(operation: RuleOperation, name: Token): Expression {
    if (!functions.includes(operation)) {
      throw this.#error(`'${name.text}' takes no arguments`, this.#peek(), `write ${name.text}`);
    }
    const open = this.#take();
    const args: Expression[] = [];
    const parameters: number[] = [];
    let given = 0;
    for (; this.#peek().text !== ')'; given++) {
      if (given > 0) this.#comma(operation, open);
      const parameter = operation.parameters[given - operation.arity];
      if (given < operation.arity) args.push(this.#argument(operation, given));
      else if (parameter === undefined) throw this.#wrongCount(operation, this.#peek());
      else {
        const value = this.#parameter(operation, parameter);
        if (typeof value === 'number') parameters.push(value);
        else args.push(value);
      }
    }
    const complete = given >= operation.arity;
    const missing = operation.parameters.slice(Math.max(0, given - operation.arity));
    if (!complete || missing.some((p) => p.fallback === undefined))
      throw this.#wrongCount(operation, this.#peek());
    this.#close(open);
    if (operation.kind === 'matrix') this.#checkMatrix(operation, name, args[0]!);
    return this.#node(
      call(operation.name, args, [...parameters, ...missing.map((p) => p.fallback as number)]),
      name,
    );
  }

  #checkMatrix(operation: RuleOperation, name: Token, x: Expression): void {
    this.#ofMatrices ??= name;
    if (this.#variables.length > 0) return; // A function's text is no whole rule, and is refused as one of vectors.
    const extent = extentOf(x);
    if (extent === 'weight') return;
    throw this.#error(
      `x of ${usage(operation)} has one number per ${extent}, and is no matrix,`,
      name,
      `write it of a value per weight: ${name.text}(g)`,
    );
  }

  #argument(operation: RuleOperation, index: number): Expression {
    if (operation.kind !== 'recurrence') return this.#expression(PRECEDENCE.comparison);
    return index === 0 ? this.#initial(operation) : this.#recurring(operation);
  }

  /** What a recurrence starts from. */
  #initial(operation: RuleOperation): Expression {
    const start = this.#peek();
    const nodes = this.#nodes;
    if (start.kind === 'end' || start.text === ')') throw this.#wrongCount(operation, start);
    const written = this.#expression(PRECEDENCE.comparison);
    if (written.kind === 'leaf' && operations.get(written.name)?.kind === 'input') return written;
    const value = constantOf(written);
    this.#nodes = nodes;
    if (value !== undefined && Number.isFinite(value)) return this.#node(literal(value), start);
    throw this.#error(
      `init of ${usage(operation)} must be a number, g or w, but ${this.#foundSince(start)}`,
      start,
      'write 0 for a recurrence that starts from nothing',
    );
  }

  /** What a recurrence becomes at every step. */
  #recurring(operation: RuleOperation): Expression {
    const start = this.#peek();
    if (start.kind === 'end' || start.text === ')') throw this.#wrongCount(operation, start);
    const recurrence = { reads: false };
    this.#recurrences.push(recurrence);
    const x = this.#expression(PRECEDENCE.comparison);
    this.#recurrences.pop();
    if (recurrence.reads) return x;
    throw this.#error(
      `x of ${usage(operation)} without self, its last value,`,
      start,
      'write what it becomes: rec(0, max(self, g)); without self it is x',
    );
  }

  #comma(operation: RuleOperation, open: Token): void {
    const token = this.#peek();
    if (token.kind === 'end') throw this.#unclosed(open);
    if (token.text !== ',') throw this.#expected(`, or ) in ${usage(operation)}`, token);
    this.#next++;
  }

  /**
   * A number, or an expression of numbers alone such as `1 - 1e-3`, which counts as one; or a function of the step where it may
   * vary.
   */
  #parameter(operation: RuleOperation, parameter: Parameter): number | Expression {
    const { name, valid, expected, varies } = parameter;
    const start = this.#peek();
    const nodes = this.#nodes;
    const written =
      start.kind === 'end' || start.text === ')' ? undefined : this.#expression(PRECEDENCE.comparison);
    const value = written && constantOf(written);
    if (value === undefined && varies && written && isStepScalar(written)) {
      this.#checkSteps(operation, parameter, written, start);
      return written;
    }
    if (value === undefined) {
      throw this.#error(
        `expected a number for ${name} of ${usage(operation)}, but ${this.#foundSince(start)}`,
        start,
        varies
          ? `${name} is a number, or made of numbers, t, T, lr, ld, cd and rd`
          : `${name} is a number, not a value of the step`,
      );
    }
    this.#nodes = nodes;
    if (valid(value)) return value;
    throw this.#error(
      `${name} of ${usage(operation)} must be ${expected}, not ${value},`,
      start,
      `write a number ${expected}`,
    );
  }

  /** That a function of the step is valid at steps of a long training. */
  #checkSteps(
    operation: RuleOperation,
    { name, valid, expected }: Parameter,
    b: Expression,
    at: Token,
  ): void {
    for (const t of CHECKED_STEPS) {
      const value = evaluateScalar(b, { t, T: CHECKED_TOTAL, lr: CHECKED_RATE });
      if (valid(value)) continue;
      throw this.#error(
        `${name} of ${usage(operation)} must be ${expected}, not ${value} as at step ${t} of ${CHECKED_TOTAL},`,
        at,
        `write what stays ${expected}: min(t / T, 0.9)`,
      );
    }
  }

  #foundSince(start: Token): string {
    if (start.kind === 'end') return 'the rule ends';
    const end = Math.max(this.#peek().position, start.position + 1);
    return `found '${shorten(this.#text.slice(start.position, end).trim().replace(/\s+/g, ' '))}'`;
  }

  #close(open: Token): void {
    const token = this.#peek();
    if (token.kind === 'end') throw this.#unclosed(open);
    if (token.text !== ')') {
      throw this.#expected(
        'an operator or )',
        token,
        token.text === ',' ? '' : 'write * between factors: 2 * g',
      );
    }
    this.#next++;
  }

  #peek(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(): Token {
    return this.#tokens[this.#next++] as Token;
  }

  #node(e: Expression, at: Token): Expression {
    if (++this.#nodes > MAX_NODES) this.#oneTooMany ??= at;
    if (this.#nodes > this.#limit) throw tooLong(this.#text, at.position);
    return e;
  }

  #enter(): void {
    if (++this.#depth > MAX_DEPTH) {
      throw this.#error(`nested more than ${MAX_DEPTH} deep`, this.#peek(), 'write a flatter rule');
    }
  }

  #error(message: string, { position }: Token, hint: string): RuleError {
    return new RuleError(message, { text: this.#text, position, hint });
  }

  #expected(what: string, token: Token, hint = ''): RuleError {
    const found = token.kind === 'end' ? 'the rule ends' : `found '${shorten(token.text)}'`;
    return this.#error(`expected ${what}, but ${found}`, token, hint);
  }

  #trailing(token: Token): RuleError {
    if (token.text === ':') return this.#error('a colon behind what is no label', token, RIGHT_SIDE);
    if (token.text === ')') return this.#error("')' without '('", token, "remove it, or open it with '('");
    const hint =
      token.text === ','
        ? 'a comma stands between the arguments of a function; several rules are separate arguments'
        : 'write * between factors: 2 * g';
    return this.#expected('an operator or the end', token, hint);
  }

  #unclosed(open: Token): RuleError {
    return this.#error("'(' is never closed", open, "add ')'");
  }

  #unknown(name: Token, calls: boolean): RuleError {
    const kind = calls ? 'function' : 'operand';
    const names = [...new Set((calls ? functions : operands).map((o) => o.name.split(' ')[0]!))];
    const known = calls ? names : [...this.#variables, ...names];
    const { message, hint } = unknownName(kind, name.text, known);
    return this.#error(message, name, hintInstead(name.text, kind) ?? hint);
  }

  #wrongCount(operation: RuleOperation, token: Token): RuleError {
    return this.#error(
      `wrong number of arguments of '${operation.name.split(' ').at(-1)}'`,
      token,
      `write ${usage(operation)}`,
    );
  }
}

/** The value of an expression of numbers alone, in float64; undefined when it holds anything else. */
function constantOf(e: Expression): number | undefined {
  if (e.kind === 'literal') return e.value;
  const operation = operations.get(e.name)!;
  if (operation.kind === 'macro') return constantOf(operation.expansion);
  if (operation.kind !== 'element' || e.kind === 'leaf') return undefined;
  const args = e.args.map(constantOf).filter((arg) => arg !== undefined);
  return args.length === e.args.length ? operation.float64(args, e.parameters) : undefined;
}

function withoutArguments(operation: RuleOperation): Expression {
  if (operation.parameters.length === 0) return leaf(operation.name);
  return call(
    operation.name,
    [],
    operation.parameters.map((p) => p.fallback as number),
  );
}

/** How an operation is written: `ema(x, b)`. */
function usage({ name, arity, argumentNames = ['x', 'y'], parameters }: RuleOperation): string {
  return writtenCall(name, [...argumentNames.slice(0, arity), ...parameters.map((p) => p.name)]);
}
