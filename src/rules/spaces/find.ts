import { NosError } from '../../errors.ts';
import { MAX_NODES } from '../language/parse.ts';
import { choose } from './choice.ts';
import { spaces } from './definitions.ts';
import { largestRule } from './largest.ts';
import { spaceSize } from './masks.ts';
import {
  type Constraint,
  constraints as knownConstraints,
  type Space,
  type SpaceDefinition,
  type Vocabularies,
  type Vocabulary,
  vocabularies,
} from './space.ts';

/**
 * Choices on top of a {@link SpaceDefinition}. A vocabulary that is given takes the definition's place: some of its members,
 * in any spelling, or any other texts of the language; their order is the order of the tokens.
 */
export interface SpaceOptions {
  /** 1, 2 or 3 (NOS §4.1). */
  readonly iterations?: number | undefined;
  readonly constraints?: readonly Constraint[] | undefined;
  /** Rule texts. */
  readonly operands?: readonly string[] | undefined;
  /** Templates over `x`. */
  readonly unary?: readonly string[] | undefined;
  /** Templates over `x` and `y`. */
  readonly binary?: readonly string[] | undefined;
}

/**
 * The space of that name; the name may carry the iterations, as in `icml2017/1`.
 *
 * @throws NosError `unknown-name`; `bad-option` for iterations that are not 1, 2 or 3 or that the name contradicts, for
 *   an unknown constraint, for a chosen vocabulary that is empty, wrong or lists a member twice, if the constraints
 *   leave no string at all, and if the rules may be longer than a rule can be.
 * @example findSpace('icml2017/1', { constraints: ['distinct'], operands: ['g', 'm', 'sqrt(abs(g))'] })
 */
export function findSpace(name: string, options: SpaceOptions = {}): Space {
  const [base, suffix] = splitName(name);
  const definition = spaces.find(base);
  if (suffix !== undefined && options.iterations !== undefined && options.iterations !== suffix) {
    throw new NosError(
      'bad-option',
      `space '${name}' has ${suffix} iterations, ${options.iterations} asked for`,
      'say it once',
    );
  }
  const iterations = checkIterations(suffix ?? options.iterations ?? definition.iterations, name);
  const constraints = (options.constraints ?? []).map(checkConstraint);
  const taken = (vocabulary: Vocabulary): readonly string[] => {
    const texts = options[vocabulary];
    return texts === undefined ? definition[vocabulary] : choose(vocabulary, texts, definition);
  };
  const own = { operands: taken('operands'), unary: taken('unary'), binary: taken('binary') };
  const star = differing(own, definition).length > 0 ? '*' : '';
  return checkRules({ name: `${base}/${iterations}${star}`, iterations, ...own, constraints });
}

/** The vocabularies in which a space is not what its name alone would give. */
export function chosenVocabularies(space: Space): readonly Vocabulary[] {
  return differing(space, spaces.find(splitName(space.name)[0]));
}

function differing(own: Vocabularies, definition: SpaceDefinition): readonly Vocabulary[] {
  return vocabularies.filter((v) => JSON.stringify(own[v]) !== JSON.stringify(definition[v]));
}

/** `icml2017/1` as its two parts. */
function splitName(name: string): readonly [base: string, iterations: number | undefined] {
  const slash = name.indexOf('/');
  return slash < 0 ? [name, undefined] : [name.slice(0, slash), Number(name.slice(slash + 1))];
}

function checkIterations(iterations: number, name: string): number {
  if (iterations === 1 || iterations === 2 || iterations === 3) return iterations;
  throw new NosError('bad-option', `iterations of space '${name}': expected 1, 2 or 3, got ${iterations}`);
}

function checkConstraint(constraint: Constraint): Constraint {
  if (knownConstraints.includes(constraint)) return constraint;
  throw new NosError(
    'bad-option',
    `unknown constraint '${constraint}'`,
    `known: ${knownConstraints.join(', ')}`,
  );
}

/** That there are rules, and that each is one: `MAX_NODES` bounds what a rule's text may hold. */
function checkRules(space: Space): Space {
  if (spaceSize(space) === 0n) {
    const limits = space.constraints.join(', ');
    throw new NosError(
      'bad-option',
      `space '${space.name}' has no rule under ${limits}`,
      'leave a constraint out, or choose more operands or binary functions',
    );
  }
  const largest = largestRule(space);
  if (largest <= MAX_NODES) return space;
  throw new NosError(
    'bad-option',
    `rules of space '${space.name}' may have up to ${largest} nodes, more than the ${MAX_NODES} of a rule`,
    'choose shorter operands and functions, or fewer iterations',
  );
}
