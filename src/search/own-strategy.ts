import * as z from 'zod';
import { NosError } from '../errors.ts';
import { ownError } from '../thrown.ts';
import type { Strategy, StrategyDefinition } from './strategy.ts';

/** What its functions are is looked at, so that a slip is told here and not somewhere in a search. */
const method = z.custom<(...args: never[]) => unknown>(
  (value) => typeof value === 'function',
  'expected a function',
);
const definitionSchema = z.object({
  name: z.string().min(1),
  description: z.string().default(''),
  create: method,
});
const strategySchema = z.object({ ask: method, tell: method, checkpoint: method, close: method });
const proposalsSchema = z.array(
  z.object({
    rule: z.string(),
    tokens: z.array(z.int().min(0)),
    logProbability: z.number().optional(),
    parent: z.int().min(0).optional(),
  }),
);
const metricsSchema = z.record(z.string(), z.number());
const checkpointSchema = z.object({ state: z.string(), appended: z.string() });

/**
 * A strategy of the user's own: what it gives is checked, and its errors say that they are its own, and where in its files
 * they were thrown.
 *
 * @throws NosError `bad-option` if it is no strategy.
 */
export function guardStrategy(given: object): StrategyDefinition {
  const parsed = definitionSchema.safeParse(given);
  if (!parsed.success) {
    throw new NosError('bad-option', `strategy of a module: ${issueOf(parsed.error)}`, SEE);
  }
  const { name, description } = parsed.data;
  const { create } = given as StrategyDefinition;
  const subject = `strategy '${name}'`;
  return {
    name,
    description,
    create: async (context, past) =>
      guarded(name, await calling(subject, () => create.call(given, context, past))),
  };
}

function guarded(name: string, strategy: Strategy): Strategy {
  const subject = `strategy '${name}'`;
  checked(subject, 'create', strategySchema, strategy);
  return {
    name,
    ask: async (count) => {
      const proposals = await calling(subject, () => strategy.ask(count));
      checked(subject, 'ask', proposalsSchema, proposals);
      return proposals;
    },
    tell: async (batch) =>
      checked(subject, 'tell', metricsSchema, await calling(subject, () => strategy.tell(batch))),
    checkpoint: async () =>
      checked(subject, 'checkpoint', checkpointSchema, await calling(subject, () => strategy.checkpoint())),
    close: () => calling(subject, () => strategy.close()),
  };
}

/** Calls a function of the strategy; what it throws, or rejects with, becomes the strategy's error. */
async function calling<T>(subject: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw ownError('strategy', subject, thrown);
  }
}

function checked<T>(subject: string, from: string, schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new NosError('strategy', `${subject}: what ${from} gave: ${issueOf(parsed.error)}`, SEE);
}

const SEE = 'mend the strategy: docs/strategies.md has the contract';

function issueOf({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue === undefined ? 'wrong' : `${issue.path.join('.') || 'all of it'}: ${issue.message}`;
}
