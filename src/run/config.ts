import * as z from 'zod';
import { NosError } from '../errors.ts';
import { regimeShape } from '../evaluation/index.ts';
import { deriveKey } from '../random/index.ts';
import { constraints } from '../rules/index.ts';

const count = z.int().positive();
const name = z.string().min(1);

const schema = z.strictObject({
  task: name,
  space: z.strictObject({
    name,
    iterations: count.optional(),
    constraints: z.array(z.enum(constraints)).optional(),
    /** Vocabularies that take the place of the named space's. */
    operands: z.array(name).optional(),
    unary: z.array(name).optional(),
    binary: z.array(name).optional(),
  }),
  strategy: z.strictObject({
    name,
    options: z.record(z.string(), z.union([z.number(), z.string()])).default({}),
    /** Rules (text or catalogue names) that are proposed first. */
    warmStart: z.array(name).default([]),
  }),
  ...regimeShape,
  /** Proposals in all. */
  samples: count,
  /** Proposals per batch. */
  batch: count,
  /** Batches in flight. */
  pipeline: count.default(2),
  seed: z.int().nonnegative(),
  /** Reference rules (text or catalogue names), scored by the same protocol. */
  references: z.array(name).default(['sgd', 'momentum', 'adam', 'rmsprop', 'powersign']),
  /** The best so many found rules, and the references, are scored again with so many fresh seeds. */
  retest: z
    .strictObject({ top: z.int().nonnegative(), seeds: z.int().nonnegative() })
    .default({ top: 5, seeds: 3 }),
});

/** Everything that a run's result depends on, except for the machine's fingerprint and the package's version. */
export type RunConfig = z.output<typeof schema>;

/** What a caller must say of a run: fields that have defaults may be left out. */
export type RunConfigInput = z.input<typeof schema>;

/**
 * The configuration with defaults filled in.
 *
 * @throws NosError `bad-option` that names the first field that is wrong, an unknown one included.
 */
export function parseRunConfig(input: unknown): RunConfig {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') || 'configuration';
  throw new NosError(
    'bad-option',
    `${field}: ${issue?.message}`,
    'correct that field of the run’s configuration',
  );
}

/** All rules of a run, and the references beside them, are evaluated with one seed. */
export const evaluationSeedOf = (seed: number): number => deriveKey(seed, 'evaluation').k0;
