import type { Arrays, Port, Session } from './session.ts';
import { describeShape, sizeOf } from './shape.ts';

/**
 * Checks what a session is handed: names, lengths, and that no result lies in another array's memory.
 *
 * @throws RangeError that names the array.
 */
export function checkArrays(
  { inputs, outputs }: Pick<Session, 'inputs' | 'outputs'>,
  feeds: Arrays,
  results: Arrays,
): void {
  checkPorts('input', inputs, feeds);
  checkPorts('output', outputs, results);
  checkOverlap(feeds, results);
}

function checkPorts(kind: 'input' | 'output', ports: readonly Port[], arrays: Arrays): void {
  for (const name in arrays) {
    if (ports.some((port) => port.name === name)) continue;
    throw new RangeError(
      `session: no ${kind} '${name}'; known: ${ports.map((port) => port.name).join(', ')}`,
    );
  }
  for (const { name, shape } of ports) {
    const length = arrays[name]?.length;
    if (length === undefined && kind === 'input')
      throw new RangeError(`session: input '${name}' has no value`);
    if (length === undefined || length === sizeOf(shape)) continue;
    throw new RangeError(
      `session: ${kind} '${name}' has shape ${describeShape(shape)}: expected ${sizeOf(shape)} numbers, got ${length}`,
    );
  }
}

/** Results are written while feeds are still read. */
function checkOverlap(feeds: Arrays, results: Arrays): void {
  for (const name in results) {
    for (const other in feeds) {
      if (overlap(results[name]!, feeds[other]!)) throw overlapError(name, other);
    }
    for (const other in results) {
      if (other !== name && overlap(results[name]!, results[other]!)) throw overlapError(name, other);
    }
  }
}

function overlap(a: Float32Array, b: Float32Array): boolean {
  if (a.buffer !== b.buffer) return false;
  return a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

function overlapError(name: string, other: string): RangeError {
  return new RangeError(`session: result '${name}' overlaps '${other}' in memory`);
}
