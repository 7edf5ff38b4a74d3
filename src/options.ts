import * as z from 'zod';
import { NosError } from './errors.ts';

/** The schema of every option that a strategy, or a task, takes, each with a default. */
export type OptionSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * Options with defaults filled in.
 *
 * @param owner For messages: `strategy 'rl'`.
 * @throws NosError `bad-option` that names the option and, where it is unknown, every known one.
 * @example const { start } = parseOptions("strategy 'mine'", { start: z.number().default(1) }, context.options);
 */
export function parseOptions<S extends OptionSchemas>(
  owner: string,
  schemas: S,
  options: Readonly<Record<string, unknown>>,
): { readonly [K in keyof S]: z.output<S[K]> } {
  const known = Object.keys(schemas).join(', ') || 'none';
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(schemas, name)) {
      throw new NosError('bad-option', `${owner} has no option '${name}'`, `known: ${known}`);
    }
  }
  const parsed = z.object(schemas).safeParse(options);
  if (parsed.success) return parsed.data as { readonly [K in keyof S]: z.output<S[K]> };
  const issue = parsed.error.issues[0];
  const name = String(issue?.path[0]);
  throw new NosError(
    'bad-option',
    `option '${name}' of ${owner}: ${issue?.message}, got ${options[name]}`,
    'correct its value, or leave it out',
  );
}
