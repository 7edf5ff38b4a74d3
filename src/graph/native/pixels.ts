import { equalShapes, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { ImageMemory } from './image-memory.ts';
import { formOf, toImagesOperation } from './layout.ts';
import type { NativeBuffer } from './memory.ts';
import { type Emission, filledWith, NestFunction } from './program.ts';
import { lanesFor } from './target.ts';
import { memoryOf } from './tensors.ts';
import { floatText, range } from './text.ts';

/** What a nest of loops over the pixels of an image does at each of them. */
export type PixelStatement = {
  /** Edge of the tiles of pixels that it treats at a time: 1, or 2 in a nest over tiles of a pooling. */
  readonly scale: number;
} & (
  | { readonly kind: 'store'; readonly node: Tensor }
  /** Row-major, to memory of all images. */
  | { readonly kind: 'copy'; readonly x: Tensor; readonly to: NativeBuffer }
  /** A sum over pixels for each image and channel. */
  | {
      readonly kind: 'imageSums';
      readonly x: Tensor;
      readonly to: NativeBuffer;
      readonly perImage: boolean;
      readonly factor: number;
    }
  /** Double sums over all images for each channel. */
  | { readonly kind: 'batchSums'; readonly x: Tensor; readonly to: NativeBuffer }
  /** Double sums of deviations from a pilot for each channel, then of their squares. */
  | {
      readonly kind: 'deviations';
      readonly x: Tensor;
      readonly to: NativeBuffer;
      readonly pilot: NativeBuffer;
    }
);

type StatementOf<K extends PixelStatement['kind']> = Extract<PixelStatement, { readonly kind: K }>;

/** Loops over the same pixels. */
export interface PixelNest {
  /** [channels, height, width], of tiles if some statement goes by tiles. */
  readonly shape: readonly [number, number, number];
  readonly statements: readonly PixelStatement[];
}

/** What a nest must know of the loop over images that it is in. */
export interface LoopContext {
  readonly emission: Emission;
  readonly memory: ImageMemory;
  /** Images that this loop computes. */
  readonly computed: ReadonlySet<Tensor>;
  /** Whether an image computed in this loop is in memory before the nest begins. */
  isInMemory(node: Tensor): boolean;
}

/** A node's pixel for that of the nest at row h, column w: ⌊(scale·h + row) / divisor⌋, and the same across. */
interface PixelMap {
  readonly scale: number;
  readonly divisor: number;
  readonly row: number;
  readonly column: number;
}

/** The value of a node that has one pixel. */
const ONLY_PIXEL: PixelMap = { scale: 0, divisor: 1, row: 0, column: 0 };

/** A value of some vectors of channels: C text by number. */
type Vectors = (v: number) => string;

/** A call of the function that goes over the pixels of image `n`. */
export function emitPixelNest({ shape, statements }: PixelNest, context: LoopContext): string {
  return new PixelEmitter(shape, context).emit(statements);
}

class PixelEmitter {
  readonly #context: LoopContext;
  readonly #nest = new NestFunction();
  readonly #shape: readonly [number, number, number];
  readonly #width: number;
  readonly #vectors: number;
  readonly #locals = new Map<string, string>();
  /** Code before the rows, for each pixel, around the sums of an image and of a row, and after the rows. */
  readonly #before: string[] = [];
  readonly #pixel: string[] = [];
  readonly #rowStart: string[] = [];
  readonly #rowEnd: string[] = [];
  readonly #after: string[] = [];
  #names = 0;

  constructor(shape: readonly [number, number, number], context: LoopContext) {
    this.#context = context;
    this.#shape = shape;
    this.#width = lanesFor(shape[0], context.emission.program.target);
    this.#vectors = shape[0] % (2 * this.#width) === 0 ? 2 : 1;
  }

  emit(statements: readonly PixelStatement[]): string {
    for (const statement of statements) this.#add(statement);
    const [channels, height, width] = this.#shape;
    const body = `for (int cb = 0; cb < ${channels}; cb += ${this.#vectors * this.#width}) { ${this.#before.join(' ')}
    for (int h = 0; h < ${height}; h++) { ${this.#rowStart.join(' ')} for (int w = 0; w < ${width}; w++) {
      ${this.#pixel.join('\n      ')}
    } ${this.#rowEnd.join(' ')} }
    ${this.#after.join('\n    ')} }`;
    return this.#nest.call(this.#context.emission.program, 'pixels', body);
  }

  #add(statement: PixelStatement): void {
    const { scale } = statement;
    const maps = range(scale * scale).map((i) => ({
      scale,
      divisor: 1,
      row: Math.floor(i / scale),
      column: i % scale,
    }));
    if (statement.kind === 'store') {
      this.#store(statement.node, maps);
      return;
    }
    const values = maps.map((map) => this.#valueOf(statement.x, map));
    if (statement.kind === 'copy') this.#copy(statement.x, statement.to, maps, values);
    else if (statement.kind === 'imageSums') this.#imageSums(statement, values);
    else this.#batchSums(statement, values);
  }

  #imageSums({ to: buffer, perImage, factor }: StatementOf<'imageSums'>, values: readonly Vectors[]): void {
    const [sums] = this.#sums((value) => value, values);
    const image = perImage ? ` + (long)n*${this.#shape[0]}` : '';
    const to = this.#nest.write(`${this.#context.emission.program.use(buffer)}${image}`);
    const times = factor === 1 ? '' : ` * ${floatText(factor)}`;
    this.#after.push(
      ...this.#each((v) => `store_${this.#width}(${to} + ${this.#channel(v)}, ${sums!(v)}${times});`),
    );
  }

  #batchSums(statement: StatementOf<'batchSums' | 'deviations'>, values: readonly Vectors[]): void {
    const { program } = this.#context.emission;
    const to = this.#nest.write(`(double *)${program.use(statement.to)}`, 'double');
    const add = (sums: Vectors, offset: number) => {
      this.#after.push(
        ...this.#each((v) => this.#addDoubles(`${to} + ${offset} + ${this.#channel(v)}`, sums(v))),
      );
    };
    if (statement.kind === 'batchSums') {
      const [sums] = this.#sums((value) => value, values);
      add(sums!, 0);
      return;
    }
    const pilot = this.#nest.read(program.use(statement.pilot));
    const centre = this.#local(this.#before, `pilot ${pilot}`, (v) => this.#load(pilot, '', v));
    const [sums, squares] = this.#sums((value, v) => `${value} - ${centre(v)}`, values, true);
    add(sums!, 0);
    add(squares!, this.#shape[0]);
  }

  #store(node: Tensor, maps: readonly PixelMap[]): void {
    const { memory } = this.#context;
    const geometry = memory.geometry(node);
    const to = this.#nest.write(memory.pixels(node));
    for (const map of maps) {
      const value = this.#computed(node, map);
      const place = pixelPlace(map, geometry.row, geometry.channels);
      this.#pixel.push(
        ...this.#each((v) => `store_${this.#width}(${to} + ${place} + ${this.#channel(v)}, ${value(v)});`),
      );
    }
  }

  #copy(x: Tensor, buffer: NativeBuffer, maps: readonly PixelMap[], values: readonly Vectors[]): void {
    const [height, width] = x.shape.slice(2) as [number, number];
    const to = this.#nest.write(
      `${this.#context.emission.program.use(buffer)} + (long)n*${sizeOf(x.shape.slice(1))}`,
    );
    maps.forEach((map, i) => {
      const place = pixelPlace(map, width, 1);
      this.#pixel.push(
        ...this.#each((v) => {
          const lanes = range(this.#width).map(
            (lane) => `${to}[(${this.#channel(v)} + ${lane})*${height * width} + ${place}] = t[${lane}];`,
          );
          return `{ const vf${this.#width} t = ${values[i]!(v)}; ${lanes.join(' ')} }`;
        }),
      );
    });
  }

  /**
   * Sums over all pixels, in float within a row, and of rows within the image: two levels lose fewer digits than one.
   *
   * @param squares Adds the sum of squares.
   */
  #sums(
    term: (value: string, v: number) => string,
    values: readonly Vectors[],
    squares = false,
  ): readonly Vectors[] {
    const name = this.#name();
    const kinds = squares ? ['s', 'q'] : ['s'];
    for (const v of range(this.#vectors)) {
      for (const kind of kinds) {
        const [row, image] = [`${kind}${name}_${v}`, `${kind.toUpperCase()}${name}_${v}`];
        this.#before.push(`vf${this.#width} ${image} = {};`);
        this.#rowStart.push(`vf${this.#width} ${row} = {};`);
        this.#rowEnd.push(`${image} += ${row};`);
      }
      for (const value of values) {
        const square = squares ? ` q${name}_${v} = fma_${this.#width}(d, d, q${name}_${v});` : '';
        this.#pixel.push(`{ const vf${this.#width} d = ${term(value(v), v)}; s${name}_${v} += d;${square} }`);
      }
    }
    return kinds.map((kind) => (v: number) => `${kind.toUpperCase()}${name}_${v}`);
  }

  /** The value of an image at a pixel: from memory, or computed here. */
  #valueOf(node: Tensor, map: PixelMap): Vectors {
    const { emission, memory, computed } = this.#context;
    if (!emission.layout.images.has(node)) return this.#tensorValue(node, map);
    const known = this.#known(node, map);
    if (known !== undefined) return known;
    if (computed.has(node) && !this.#context.isInMemory(node)) return this.#computed(node, map);
    const { row, channels } = memory.geometry(node);
    const from = this.#nest.read(memory.pixels(node));
    return this.#local(this.#pixel, this.#key(node, map), (v) =>
      this.#load(from, pixelPlace(map, row, channels), v),
    );
  }

  #computed(node: Tensor, map: PixelMap): Vectors {
    const known = this.#known(node, map);
    if (known !== undefined) return known;
    const form = formOf(node);
    const x = node.inputs[0]!;
    if (node.operation === toImagesOperation) return this.#tensorValue(x, map);
    if (form.kind === 'upsampling') return this.#valueOf(x, upsampled(map, form.factor(node)));
    if (form.kind === 'pool') {
      const size = form.size(node);
      const parts = range(size * size).map((i) => this.#valueOf(x, pooled(map, size, i)));
      const value: Vectors = (v) =>
        form.combine === 'max'
          ? parts.slice(1).reduce((text, part) => `max_${this.#width}(${text}, ${part(v)})`, parts[0]!(v))
          : `(${parts.map((part) => part(v)).join(' + ')}) * ${floatText(1 / (size * size))}`;
      return this.#local(this.#pixel, this.#key(node, map), value);
    }
    if (form.kind !== 'element') throw new Error(`${node.operation.name} is no image`);
    const operands = node.inputs.map((operand) =>
      this.#valueOf(
        operand,
        this.#isImage(operand) && !equalShapes(operand.shape, node.shape) ? ONLY_PIXEL : map,
      ),
    );
    return this.#local(this.#pixel, this.#key(node, map), (v) =>
      form.text(
        operands.map((text) => text(v)),
        String(this.#width),
      ),
    );
  }

  /** The value of another tensor, broadcast over images. */
  #tensorValue(node: Tensor, map: PixelMap): Vectors {
    const filled = filledWith(node);
    if (filled !== undefined) return () => `all_${this.#width}(${floatText(filled)})`;
    const { emission } = this.#context;
    const value = memoryOf(emission, node);
    const lengths = [1, 1, 1, 1, ...value.shape].slice(-4);
    const [image, channel, row, column] = [0, 0, 0, 0, ...value.strides]
      .slice(-4)
      .map((stride, axis) => (lengths[axis] === 1 ? 0 : stride)) as [number, number, number, number];
    const from = this.#nest.read(`${emission.program.pointer(value)}${image ? ` + (long)n*${image}` : ''}`);
    const key = `tensor ${from} ${channel} ${row} ${column}`;
    if (row === 0 && column === 0 && channel === 0) {
      return this.#local(this.#before, key, () => `all_${this.#width}(${from}[0])`);
    }
    if (row === 0 && column === 0 && channel === 1)
      return this.#local(this.#before, key, (v) => this.#load(from, '', v));
    const place = pixelPlace(map, row, column);
    return this.#local(this.#pixel, `${key} ${place}`, (v) => {
      const lanes = range(this.#width).map(
        (lane) => `${from}[${place} + (${this.#channel(v)} + ${lane})*${channel}]`,
      );
      return `(vf${this.#width}){${lanes.join(', ')}}`;
    });
  }

  #isImage(node: Tensor): boolean {
    return this.#context.emission.layout.images.has(node);
  }

  #key(node: Tensor, { scale, divisor, row, column }: PixelMap): string {
    return `${this.#context.emission.ids.get(node)} ${scale} ${divisor} ${row} ${column}`;
  }

  #known(node: Tensor, map: PixelMap): Vectors | undefined {
    const name = this.#locals.get(this.#key(node, map));
    return name === undefined ? undefined : (v) => `${name}_${v}`;
  }

  /** A value with a name, defined once. */
  #local(code: string[], key: string, text: Vectors): Vectors {
    const name = this.#locals.get(key) ?? `t${this.#name()}`;
    if (!this.#locals.has(key))
      code.push(...this.#each((v) => `const vf${this.#width} ${name}_${v} = ${text(v)};`));
    this.#locals.set(key, name);
    return (v) => `${name}_${v}`;
  }

  #name(): number {
    return this.#names++;
  }

  #each(text: Vectors): readonly string[] {
    return range(this.#vectors).map(text);
  }

  #channel(v: number): string {
    return v === 0 ? 'cb' : `cb + ${v * this.#width}`;
  }

  #load(from: string, place: string, v: number): string {
    return `load_${this.#width}(${from} + ${[place, this.#channel(v)].filter(Boolean).join(' + ')})`;
  }

  #addDoubles(to: string, sums: string): string {
    return `for (int i = 0; i < ${this.#width}; i++) (${to})[i] += ${sums}[i];`;
  }
}

function pooled({ scale, divisor, row, column }: PixelMap, size: number, i: number): PixelMap {
  if (divisor !== 1) throw new Error('a pooling within an upsampling must be in memory');
  return {
    scale: scale * size,
    divisor,
    row: row * size + Math.floor(i / size),
    column: column * size + (i % size),
  };
}

function upsampled(map: PixelMap, factor: number): PixelMap {
  const { scale, divisor, row, column } = map;
  if (scale % factor !== 0 || divisor !== 1 || scale === 0) return { ...map, divisor: divisor * factor };
  return {
    scale: scale / factor,
    divisor,
    row: Math.floor(row / factor),
    column: Math.floor(column / factor),
  };
}

function pixelPlace(
  { scale, divisor, row, column }: PixelMap,
  rowStride: number,
  pixelStride: number,
): string {
  const coordinate = (variable: string, offset: number): string => {
    if (scale === 0) return '0';
    const scaled = `${scale === 1 ? variable : `${scale}*${variable}`}${offset === 0 ? '' : ` + ${offset}`}`;
    return divisor === 1 ? `(${scaled})` : `((${scaled}) / ${divisor})`;
  };
  return `${coordinate('h', row)}*${rowStride} + ${coordinate('w', column)}*${pixelStride}`;
}
