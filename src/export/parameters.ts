import { type Expression, operations, type Program } from '../rules/index.ts';
import { apply, number, type Term } from './term.ts';

/** A constant of a rule that becomes an argument of the exported optimizer. */
export interface RuleParameter {
  /** `beta`, `beta1`, `momentum`, `eps`, `weight_decay`, `alpha`, … */
  readonly name: string;
  /** The rule's own value: the default. */
  readonly value: number;
  /** What it is, for a docstring. */
  readonly description: string;
  /** What values make sense. */
  readonly range: ParameterRange;
}

/** `unit`: in [0, 1); `positive`: above 0; `nonnegative`: 0 or more; `any`: any number. */
export type ParameterRange = 'unit' | 'positive' | 'nonnegative' | 'any';

/** The names of a program's constants, and terms in which they stand for their values. */
export interface ParameterNames {
  readonly list: readonly RuleParameter[];
  literalTerm(value: number): Term;
  /** A parameter of an operation, which shares its name with no other constant. */
  parameterTerm(value: number, role: ParameterRole): Term;
  /** The term of a function of the step. */
  scalarTerm(e: Expression): Term;
}

/** What the parameters of operations are: of `drop`, of `clip`, of `cd` and `rd`. */
export type ParameterRole = 'drop_rate' | 'bound' | 'cycles';

type Role = 'beta' | 'momentum' | 'eps' | 'weight_decay' | 'alpha' | ParameterRole;

const ROLES: Readonly<Record<Role, Pick<RuleParameter, 'description' | 'range'>>> = {
  beta: { description: 'decay rate of a running average', range: 'unit' },
  momentum: { description: 'share of the accumulated value that is kept per step', range: 'unit' },
  eps: { description: 'term added to a denominator for numerical stability', range: 'nonnegative' },
  weight_decay: { description: 'coefficient of the weight in the update', range: 'any' },
  drop_rate: { description: 'probability with which a value is set to 0', range: 'unit' },
  bound: { description: 'largest absolute value that is let through', range: 'positive' },
  cycles: { description: 'number of cycles of the decay', range: 'positive' },
  alpha: { description: 'constant of the rule', range: 'any' },
};

/** Constants up to this size that are added to something are there for numerical stability. */
const LARGEST_EPS = 1e-5;

const isParameter = (role: Role): role is ParameterRole =>
  role === 'drop_rate' || role === 'bound' || role === 'cycles';

/** Names a program's constants by the part they play; whole numbers, which belong to a formula, stay numbers. */
export function nameParameters(program: Program): ParameterNames {
  const found: { readonly value: number; readonly role: Role }[] = [];
  const findLiteral = (value: number) => found.find((one) => one.value === value && !isParameter(one.role));
  const find = (value: number, role: Role) =>
    isParameter(role) ? found.find((one) => one.value === value && one.role === role) : findLiteral(value);
  const note = (value: number, role: Role): void => {
    if (find(value, role) === undefined) found.push({ value, role });
  };
  const complements = new Map<number, number>();
  for (const [value, role] of decays(program)) {
    note(value, role);
    complements.set(1 - value, value);
  }
  for (const [value, role] of coefficients(program)) {
    if (isParameter(role) || !(Number.isInteger(value) || complements.has(value))) note(value, role);
  }
  const names = new Map(
    found.map((one) => {
      const alike = found.filter(({ role }) => role === one.role);
      return [one, alike.length === 1 ? one.role : `${one.role}${alike.indexOf(one) + 1}`] as const;
    }),
  );
  const list = [...names].map(([{ value, role }, name]) => ({ name, value, ...ROLES[role] }));
  const named = (one: (typeof found)[number] | undefined): Term | undefined =>
    one && { kind: 'parameter', name: names.get(one)! };
  const literalTerm = (value: number): Term => {
    const kept = named(findLiteral(complements.get(value) ?? Number.NaN));
    return named(findLiteral(value)) ?? (kept ? apply('sub', [number(1), kept]) : number(value));
  };
  const parameterTerm = (value: number, role: ParameterRole): Term =>
    named(find(value, role)) ?? number(value);
  const scalarTerm = (e: Expression): Term => {
    if (e.kind === 'literal') return literalTerm(e.value);
    if (e.name === 't') return { kind: 'step' };
    if (e.name === 'T') return { kind: 'totalSteps' };
    if (e.name === 'lr') return { kind: 'learningRate' };
    return apply(
      e.name,
      e.kind === 'call' ? e.args.map(scalarTerm) : [],
      parametersOf(e).map((n) => parameterTerm(n, roleOf(e))),
    );
  };
  return { list, literalTerm, parameterTerm, scalarTerm };
}

/** The b of every running average and sum: the factor of a slot's old value in its update. */
function decays({ nodes, slots }: Program): readonly (readonly [number, Role])[] {
  return slots.flatMap(({ operation }, slot): (readonly [number, Role])[] => {
    const before = nodes.findIndex((node) => node.kind === 'previous' && node.slot === slot);
    const factors = nodes.flatMap((node) => {
      if (node.kind !== 'element' || !node.args.includes(before)) return [];
      return node.args.flatMap((arg) => {
        const other = nodes[arg]!;
        return other.kind === 'literal' ? [other.exact] : [];
      });
    });
    const [b] = factors;
    if (b === undefined || b === 1 || b === 0) return [];
    if (operation.kind === 'labels') return [];
    if (operation.kind === 'recurrence') return b > 0.5 && b < 1 ? [[b, 'beta'] as const] : [];
    return operation.reads === 'before' ? [] : [[b, operation.name === 'ema' ? 'beta' : 'momentum'] as const];
  });
}

/** Every other constant, by what it is an argument of. */
function coefficients({ nodes, scalars }: Program): readonly (readonly [number, Role])[] {
  const ofNodes = nodes.flatMap((node): (readonly [number, Role])[] => {
    if (node.kind === 'random') return node.parameters.map((p) => [p, 'drop_rate'] as const);
    if (node.kind !== 'element') return [];
    const args = node.args.map((arg) => nodes[arg]!);
    const withWeight = args.some((arg) => arg.kind === 'input' && arg.name === 'w');
    return [
      ...node.parameters.map((l) => [l, 'bound'] as const),
      ...args.flatMap((arg): (readonly [number, Role])[] => {
        if (arg.kind !== 'literal') return [];
        const value = arg.exact;
        if (node.operation.name === 'add' && value > 0 && value <= LARGEST_EPS) return [[value, 'eps']];
        return [[value, node.operation.name === 'mul' && withWeight ? 'weight_decay' : 'alpha']];
      }),
    ];
  });
  return [...ofNodes, ...scalars.flatMap(constantsOf)];
}

function constantsOf(e: Expression): readonly (readonly [number, Role])[] {
  if (e.kind === 'literal') return [[e.value, 'alpha']];
  const args = e.kind === 'call' ? e.args : [];
  return [...args.flatMap(constantsOf), ...parametersOf(e).map((n) => [n, roleOf(e)] as const)];
}

/** The parameters of a name, as written or by default. */
function parametersOf(e: Exclude<Expression, { readonly kind: 'literal' }>): readonly number[] {
  if (e.kind === 'call') return e.parameters;
  return (operations.get(e.name)?.parameters ?? []).map(({ fallback = 0 }) => fallback);
}

const roleOf = ({ name }: { readonly name: string }): ParameterRole =>
  operations.get(name)?.kind === 'step' ? 'cycles' : 'bound';
