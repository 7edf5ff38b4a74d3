import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { formOf, type Layout } from './layout.ts';
import type { NativeBuffer } from './memory.ts';
import type { CompiledProgram } from './program.ts';
import type { LoopSchedule } from './schedule.ts';
import { range } from './text.ts';

/** Where an image's pixels stand: channels last, with a rim of zeros as wide as its convolutions want. */
export interface Geometry {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Pixels of zeros on each side. */
  readonly rim: number;
  /** Floats from one row to the next. */
  readonly row: number;
  /** Floats of an image. */
  readonly size: number;
  /** Floats before the first pixel. */
  readonly origin: number;
}

/** The memory of images: of all of the batch for those that are stored, else of one. */
export class ImageMemory {
  readonly #program: CompiledProgram;
  readonly #stored: ReadonlySet<Tensor>;
  readonly #batch: number;
  readonly #rims: ReadonlyMap<Tensor, number>;
  readonly #buffers = new Map<Tensor, NativeBuffer>();

  constructor(program: CompiledProgram, { order, batch }: Layout, { stored }: LoopSchedule) {
    this.#program = program;
    this.#stored = stored;
    this.#batch = batch;
    this.#rims = rimsOf(order);
  }

  geometry(node: Tensor): Geometry {
    const [, channels, height, width] = node.shape as readonly [number, number, number, number];
    const rim = this.#rims.get(node) ?? 0;
    const row = (width + 2 * rim) * channels;
    return {
      channels,
      height,
      width,
      rim,
      row,
      size: (height + 2 * rim) * row,
      origin: rim * (row + channels),
    };
  }

  isStored(node: Tensor): boolean {
    return this.#stored.has(node);
  }

  /** The memory of all of a node. */
  base(node: Tensor): string {
    const { size } = this.geometry(node);
    const buffer =
      this.#buffers.get(node) ?? this.#program.scratch(size * (this.isStored(node) ? this.#batch : 1));
    this.#buffers.set(node, buffer);
    return this.#program.use(buffer);
  }

  /** The first float of image `n`, of its rim if it has one. */
  image(node: Tensor): string {
    return `${this.base(node)}${this.isStored(node) ? ` + (long)n*${this.geometry(node).size}` : ''}`;
  }

  /** The first pixel of image `n`. */
  pixels(node: Tensor): string {
    return `${this.image(node)} + ${this.geometry(node).origin}`;
  }
}

function rimsOf(order: readonly Tensor[]): ReadonlyMap<Tensor, number> {
  const rims = new Map<Tensor, number>();
  for (const node of order) {
    const form = formOf(node);
    const x = node.inputs[0]!;
    const widen = (rim: number) => rims.set(x, Math.max(rims.get(x) ?? 0, rim));
    if (form.kind === 'weightGradient') widen(Math.max(...form.windows(node).padding));
    if (form.kind !== 'convolution') continue;
    if (form.direction === 'forward') widen(Math.max(...form.windows(node).padding));
    else for (const grid of gridsOf(node)) widen(reachOf(grid, x));
  }
  return rims;
}

/** How far the taps of a grid reach over the edges of x. */
function reachOf({ taps, rows, columns }: Grid, x: Tensor): number {
  const [height, width] = x.shape.slice(2) as [number, number];
  return Math.max(
    0,
    ...taps.flatMap(({ row, column }) => [
      -row,
      rows - 1 + row - (height - 1),
      -column,
      columns - 1 + column - (width - 1),
    ]),
  );
}

/** The pixels of a backward convolution that the same taps reach: rows i, i + stride, … and columns j, j + stride, …. */
export interface Grid {
  readonly i: number;
  readonly j: number;
  readonly rows: number;
  readonly columns: number;
  /** Offsets in the cotangent, and the kernel's element that is multiplied. */
  readonly taps: readonly { readonly row: number; readonly column: number; readonly element: number }[];
}

export function gridsOf(node: Tensor): readonly Grid[] {
  const form = formOf(node);
  if (form.kind !== 'convolution') throw new Error(`${node.operation.name} is no convolution`);
  const { stride, padding } = form.windows(node);
  const [height, width] = node.inputs[1]!.shape.slice(2) as [number, number];
  const [rows, columns] = node.shape.slice(2) as [number, number];
  return range(stride * stride)
    .map((k) => ({ i: Math.floor(k / stride), j: k % stride }))
    .filter(({ i, j }) => i < rows && j < columns)
    .map(({ i, j }) => ({
      i,
      j,
      rows: Math.ceil((rows - i) / stride),
      columns: Math.ceil((columns - j) / stride),
      taps: range(sizeOf([height, width])).flatMap((element) => {
        const row = (i + padding[0] - Math.floor(element / width)) / stride;
        const column = (j + padding[1] - (element % width)) / stride;
        return Number.isInteger(row) && Number.isInteger(column) ? [{ row, column, element }] : [];
      }),
    }));
}
