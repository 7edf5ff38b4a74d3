import * as z from 'zod';
import { jsonNumber } from './json.ts';

/**
 * The kinds of fields that documents consist of, each with its description. A type that a document holds is the {@link DataOf} its
 * schema.
 */

/** What a schema describes, as data that nobody changes. */
export type DataOf<Schema extends z.ZodType> = Immutable<z.output<Schema>>;

export type Immutable<T> = T extends object ? { readonly [Name in keyof T]: Immutable<T[Name]> } : T;

export const text = (description: string) => z.string().describe(description);
export const flag = (description: string) => z.boolean().describe(description);
/** A whole number from 0. */
export const count = (description: string) => z.int().nonnegative().describe(description);
/** A number that is finite. */
export const number = (description: string) => z.number().describe(description);
/** A number, or "NaN", "Infinity", "-Infinity" as a string. */
export const figure = (description: string) => jsonNumber.describe(description);
export const texts = (description: string) => z.array(z.string()).describe(description);
export const figures = (description: string) => z.array(jsonNumber).describe(description);
export const oneOf = <const Names extends readonly string[]>(names: Names, description: string) =>
  z.enum(names).describe(description);
export const list = <Item extends z.ZodType>(item: Item, description: string) =>
  z.array(item).describe(description);

/** Ends of an interval, or null if there are too few values for one. */
export const interval = (description: string) =>
  z
    .strictObject({ low: figure('lower end'), high: figure('upper end') })
    .nullable()
    .describe(description);

export const seed = count('seed');
export const key = text('key of the rule: a hash of its canonical text');
export const names = texts('names that the catalogue has for the rule');
export const version = text('version of this package');
export const fingerprint = text('fingerprint of the machine that computed');
export const task = text('name of the task, or path of its module with a hash of its text');
export const run = text('name of the run');
export const files = texts('names of the files written to the directory');
export const remarks = texts(
  'what is odd about the result, as sentences: every reference rule diverged',
).exactOptional();
export const source = text('host or folder that it was fetched from; `present` if it was here already');
export const options = z
  .record(z.string(), z.union([z.number(), z.string()]))
  .describe('options of the strategy by name');
