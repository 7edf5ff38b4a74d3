/** A piece of the arena, or memory that is given: an input, an output, a constant. */
export interface NativeBuffer {
  /** Its C text, a pointer to float. */
  readonly name: string;
  readonly floats: number;
  /** The first and the last statement that use it. */
  first: number;
  last: number;
}

/** Cache lines are 64 bytes, prefetched in pairs. */
const ALIGNMENT = 128;

/** Places buffers in one arena: the largest first, each at the lowest place that is free while it lives. */
export function planArena(buffers: readonly NativeBuffer[]): {
  readonly offsets: ReadonlyMap<NativeBuffer, number>;
  readonly bytes: number;
} {
  /** Sorted by offset. */
  const placed: Placed[] = [];
  for (const buffer of buffers.toSorted((a, b) => b.floats - a.floats)) {
    const size = Math.ceil((4 * buffer.floats + 64) / ALIGNMENT) * ALIGNMENT;
    let offset = 0;
    for (const other of placed) {
      if (other.buffer.last < buffer.first || buffer.last < other.buffer.first) continue;
      if (offset + size <= other.offset) break;
      offset = Math.max(offset, other.offset + other.size);
    }
    const place = placed.findIndex((other) => other.offset > offset);
    placed.splice(place < 0 ? placed.length : place, 0, { buffer, offset, size });
  }
  const bytes = placed.reduce((most, { offset, size }) => Math.max(most, offset + size), ALIGNMENT);
  return { offsets: new Map(placed.map(({ buffer, offset }) => [buffer, offset])), bytes };
}

interface Placed {
  readonly buffer: NativeBuffer;
  readonly offset: number;
  readonly size: number;
}
