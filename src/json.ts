import * as z from 'zod';

/**
 * `value` as JSON in which numbers that are not finite are the strings "NaN", "Infinity", "-Infinity" (plain JSON has no
 * words for them). Read them back with {@link jsonNumber}.
 *
 * @param indent Spaces per level; 0 puts everything on one line.
 */
export function toJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, (_, part) => (isNonFinite(part) ? String(part) : part), indent);
}

/** The schema of a number that {@link toJson} wrote: a number, or the name of one that is not finite. */
export const jsonNumber = z.union([
  z.number(),
  z.codec(z.literal(['NaN', 'Infinity', '-Infinity']), z.custom<number>(isNonFinite), {
    decode: Number,
    encode: (value) => String(value) as 'NaN',
  }),
]);

function isNonFinite(value: unknown): value is number {
  return typeof value === 'number' && !Number.isFinite(value);
}
