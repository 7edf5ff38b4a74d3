import type { Strided } from './form.ts';

/** Pieces of C text. */

export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** A float literal of exactly the number's float32. */
export function floatText(value: number): string {
  const float = Math.fround(value);
  if (Number.isNaN(float)) return '__builtin_nanf("")';
  if (!Number.isFinite(float)) return float > 0 ? '__builtin_inff()' : '(-__builtin_inff())';
  const text = Object.is(float, -0) ? '-0' : String(float);
  const literal = /[.e]/.test(text) ? `${text}f` : `${text}.f`;
  return literal.startsWith('-') ? `(${literal})` : literal;
}

/** Σ indices · strides, without the terms of axes of length 1. */
export function indexText(
  indices: readonly string[],
  { shape, strides }: Pick<Strided, 'shape' | 'strides'>,
): string {
  const terms = indices.flatMap((index, axis) => {
    if (shape[axis] === 1 || index === '0') return [];
    return [strides[axis] === 1 ? index : `${index}*${strides[axis]}`];
  });
  return terms.join(' + ') || '0';
}

/** Cuts `length` into as few and as equal parts as none is longer than `most`. */
export function partsOf(
  length: number,
  most: number,
): readonly { readonly at: number; readonly size: number }[] {
  const count = Math.ceil(length / most);
  let at = 0;
  return range(count).map((i) => {
    const size = Math.ceil((length - at) / (count - i));
    const part = { at, size };
    at += size;
    return part;
  });
}

/** A call for every part; runs of equal parts are loops over `variable`. */
export function callsOfParts(
  parts: ReturnType<typeof partsOf>,
  variable: string,
  call: (size: number, at: string) => string,
): string {
  const sizes = [...new Set(parts.map(({ size }) => size))];
  return sizes
    .map((size) => {
      const same = parts.filter((part) => part.size === size);
      const [first, last] = [same[0]!.at, same.at(-1)!.at];
      if (same.length === 1) return call(size, String(first));
      return `for (int ${variable} = ${first}; ${variable} <= ${last}; ${variable} += ${size}) { ${call(size, variable)} }`;
    })
    .join(' ');
}
