import { equalShapes, sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { gridsOf, type ImageMemory } from './image-memory.ts';
import { type ConvolutionShape, convolutionKernel, type Segment, weightGradientKernel } from './kernels.ts';
import { formOf, fromImagesOperation, toImagesOperation } from './layout.ts';
import type { NativeBuffer } from './memory.ts';
import { emitPixelNest, type LoopContext, type PixelStatement } from './pixels.ts';
import { allocate, type Emission } from './program.ts';
import { isConvolution } from './schedule.ts';
import { packFilters } from './tensors.ts';
import { range } from './text.ts';

/** One of the steps that a loop makes for each image. */
type Step =
  | { readonly kind: 'convolution'; readonly node: Tensor }
  | { readonly kind: 'weightGradient'; readonly node: Tensor }
  | {
      readonly kind: 'pixels';
      readonly shape: readonly [number, number, number];
      readonly statements: PixelStatement[];
    };

/** Emits loop number `L` over the images of the batch. */
export function emitImageLoop(emission: Emission, memory: ImageMemory, L: number): void {
  new LoopEmitter(emission, memory, L).emit();
}

class LoopEmitter {
  readonly #emission: Emission;
  readonly #memory: ImageMemory;
  readonly #computed: ReadonlySet<Tensor>;
  readonly #sequence: readonly Tensor[];
  readonly #inMemory: ReadonlySet<Tensor>;
  readonly #steps: Step[] = [];
  /** The step that writes an image to memory. */
  readonly #stepOf = new Map<Tensor, number>();
  readonly #before: string[] = [];
  readonly #after: string[] = [];
  readonly #rims = new Set<Tensor>();
  readonly #filters = new Map<Tensor, NativeBuffer>();
  /** Pilots of deviations: what comes before a step. */
  readonly #pilots = new Map<PixelStatement, { readonly x: Tensor; readonly to: NativeBuffer }>();

  constructor(emission: Emission, memory: ImageMemory, L: number) {
    const { roots, computed } = emission.schedule.loops[L]!;
    this.#emission = emission;
    this.#memory = memory;
    this.#computed = computed;
    const wanted = new Set([...computed, ...roots]);
    this.#sequence = emission.layout.order.filter((node) => wanted.has(node));
    this.#inMemory = this.#findInMemory();
  }

  emit(): void {
    const { program, layout } = this.#emission;
    for (const node of this.#sequence) {
      if (!isConvolution(node)) continue;
      const backward = (formOf(node) as { readonly direction: string }).direction === 'backward';
      this.#filters.set(node, packFilters(this.#emission, node.inputs[1]!, backward));
    }
    for (const node of this.#sequence) this.#place(node);
    const texts = this.#steps.map((_, index) => this.#stepText(index));
    const rims = [...this.#rims].map(
      (node) => `memset(${this.#memory.base(node)}, 0, ${4 * this.#memory.geometry(node).size});`,
    );
    program.statement(
      `${[...this.#before, ...rims].join(' ')}
  for (int n = 0; n < ${layout.batch}; n++) {
    ${texts.join('\n    ')}
  }
  ${this.#after.join('\n  ')}`,
    );
  }

  /** Images computed here that must be written: read by kernels, by other loops, or at other pixels than their own. */
  #findInMemory(): ReadonlySet<Tensor> {
    const found = new Set<Tensor>();
    const isHere = (x: Tensor) => this.#computed.has(x);
    for (const node of this.#sequence) {
      const form = formOf(node);
      const image = this.#isImage(node);
      if (
        image &&
        (isConvolution(node) || this.#memory.isStored(node) || node.operation === toImagesOperation)
      ) {
        found.add(node);
      }
      const readers: readonly Tensor[] =
        form.kind === 'convolution'
          ? node.inputs.slice(0, 1)
          : form.kind === 'weightGradient' || form.kind === 'upsampling'
            ? node.inputs
            : image && form.kind === 'element'
              ? node.inputs.filter((x) => this.#isImage(x) && !equalShapes(x.shape, node.shape))
              : [];
      for (const x of readers.filter(isHere)) found.add(x);
    }
    return found;
  }

  #isImage(node: Tensor): boolean {
    return this.#emission.layout.images.has(node);
  }

  // ---- the steps, each after what it reads

  #place(node: Tensor): void {
    const { kind } = formOf(node);
    if (kind === 'convolution' || kind === 'weightGradient') {
      this.#stepOf.set(node, this.#steps.push({ kind, node }) - 1);
    } else if (this.#isImage(node)) {
      if (!this.#inMemory.has(node)) return;
      const step = this.#placePixels(node, this.#dependencies(node), this.#tile(node), (scale) => ({
        kind: 'store',
        node,
        scale,
      }));
      this.#stepOf.set(node, step);
    } else {
      const x = node.inputs[0]!;
      const inlined = this.#computed.has(x) && !this.#inMemory.has(x);
      const direct: readonly Dependency[] = this.#computed.has(x) ? [{ node: x, zoom: 1 }] : [];
      const reading = inlined ? this.#dependencies(x) : direct;
      this.#placePixels(x, reading, inlined ? this.#tile(x) : 1, this.#reduction(node, x));
    }
  }

  /** What `node` reads of images that this loop writes. */
  #dependencies(node: Tensor, zoom = 1): readonly Dependency[] {
    const form = formOf(node);
    return node.inputs.flatMap((x) => {
      if (!this.#isImage(x) || !this.#computed.has(x)) return [];
      const samePixels = equalShapes(x.shape.slice(2), node.shape.slice(2)) && form.kind !== 'pool';
      const next = form.kind === 'upsampling' ? zoom / form.factor(node) : samePixels ? zoom : Number.NaN;
      return this.#inMemory.has(x) ? [{ node: x, zoom: next }] : this.#dependencies(x, next);
    });
  }

  /** The edge of the tiles that an upsampling within `node` suggests: 2 or 1. */
  #tile(node: Tensor): 1 | 2 {
    const form = formOf(node);
    if (form.kind === 'upsampling') return form.factor(node) === 2 ? 2 : 1;
    const inner = node.inputs.filter(
      (x) => this.#isImage(x) && this.#computed.has(x) && !this.#inMemory.has(x),
    );
    return inner.some((x) => this.#tile(x) === 2) ? 2 : 1;
  }

  /** Puts a statement over the pixels of `x` into the first nest after what it reads that goes over these pixels, or tiles of them. */
  #placePixels(
    x: Tensor,
    dependencies: readonly Dependency[],
    tile: 1 | 2,
    statement: (scale: number) => PixelStatement,
  ): number {
    const [, channels, height, width] = x.shape as readonly [number, number, number, number];
    const scaleIn = (step: Step, index: number): number => {
      if (step.kind !== 'pixels' || step.shape[0] !== channels) return 0;
      const scale = height / step.shape[1];
      if (scale * step.shape[2] !== width || (scale !== 1 && scale !== 2)) return 0;
      const isReady = dependencies.every(({ node, zoom }) => {
        const written = this.#stepOf.get(node)!;
        return written < index || (written === index && (zoom === 1 || zoom === 1 / scale));
      });
      return isReady ? scale : 0;
    };
    const found = this.#steps.findIndex((step, index) => scaleIn(step, index) > 0);
    if (found >= 0) {
      const step = this.#steps[found] as Extract<Step, { kind: 'pixels' }>;
      step.statements.push(statement(scaleIn(step, found)));
      return found;
    }
    const shape = [channels, height / tile, width / tile] as const;
    return this.#steps.push({ kind: 'pixels', shape, statements: [statement(tile)] }) - 1;
  }

  /** A sum or a copy of images into another tensor, with what must be done around the loop. */
  #reduction(node: Tensor, x: Tensor): (scale: number) => PixelStatement {
    const { program, layout } = this.#emission;
    const channels = x.shape[1]!;
    const form = formOf(node);
    if (node.operation === fromImagesOperation || form.kind === 'reshape') {
      const { buffer: to } = allocate(this.#emission, node);
      return (scale) => ({ kind: 'copy', x, to, scale });
    }
    if (form.kind === 'sum' && form.axes(node).join() === '2,3') {
      const { buffer: to } = allocate(this.#emission, node);
      return (scale) => ({ kind: 'imageSums', x, to, perImage: true, factor: 1, scale });
    }
    const pixels = layout.batch * sizeOf(x.shape.slice(2));
    const doubles = form.kind === 'variance' ? 2 * channels : channels;
    const sums = program.scratch(2 * doubles);
    this.#before.push(`memset(${program.use(sums)}, 0, ${8 * doubles});`);
    const result = program.pointer(allocate(this.#emission, node));
    if (form.kind === 'sum') {
      this.#after.push(
        `for (int i = 0; i < ${channels}; i++) (${result})[i] = (float)((double *)${program.use(sums)})[i];`,
      );
      return (scale) => ({ kind: 'batchSums', x, to: sums, scale });
    }
    const pilot = program.scratch(channels);
    this.#after.push(`variances((double *)${program.use(sums)}, ${result}, ${channels}, ${pixels});`);
    return (scale) => {
      const statement: PixelStatement = { kind: 'deviations', x, to: sums, pilot, scale };
      this.#pilots.set(statement, { x, to: pilot });
      return statement;
    };
  }

  // ---- their text

  #stepText(index: number): string {
    const step = this.#steps[index]!;
    if (step.kind === 'convolution') return this.#convolution(step.node);
    if (step.kind === 'weightGradient') return this.#weightGradient(step.node);
    const context: LoopContext = {
      emission: this.#emission,
      memory: this.#memory,
      computed: this.#computed,
      isInMemory: (node) => this.#inMemory.has(node) && this.#stepOf.get(node) !== index,
    };
    const before = step.statements.flatMap((statement) => {
      if (statement.kind === 'store') return this.#zeroRim(statement.node);
      const pilot = this.#pilots.get(statement);
      return pilot === undefined ? [] : [this.#pilot(pilot.x, pilot.to, context)];
    });
    return [...before, emitPixelNest(step, context)].join(' ');
  }

  /** The means of the first image, near which sums of squares lose no digits. */
  #pilot(x: Tensor, to: NativeBuffer, context: LoopContext): string {
    const shape = x.shape.slice(1) as readonly number[] as readonly [number, number, number];
    const factor = 1 / (shape[1] * shape[2]);
    const statement: PixelStatement = { kind: 'imageSums', x, to, perImage: false, factor, scale: 1 };
    return `if (n == 0) { ${emitPixelNest({ shape, statements: [statement] }, context)} }`;
  }

  /** Zeros around an image that is written now: of a stored one for each image, of scratch once. */
  #zeroRim(node: Tensor): readonly string[] {
    const { height, width, channels, rim } = this.#memory.geometry(node);
    if (rim === 0) return [];
    if (this.#memory.isStored(node))
      return [`zero_rim(${this.#memory.image(node)}, ${height}, ${width}, ${channels}, ${rim});`];
    this.#rims.add(node);
    return [];
  }

  #convolution(node: Tensor): string {
    const { program } = this.#emission;
    const x = node.inputs[0]!;
    const filters = program.use(this.#filters.get(node)!);
    const call = ({ from, to, shape }: { from: number; to: number; shape: ConvolutionShape }) => {
      const name = program.define('convolution', convolutionKernel(shape, program.target));
      return `${name}(${this.#memory.pixels(x)} + ${from}, ${filters}, ${this.#memory.pixels(node)} + ${to});`;
    };
    const form = formOf(node) as { readonly direction: string };
    const calls =
      form.direction === 'forward'
        ? [call({ from: 0, to: 0, shape: this.#forward(node) })]
        : this.#backward(node, call);
    return [...this.#zeroRim(node), ...calls].join(' ');
  }

  #forward(node: Tensor): ConvolutionShape {
    const [gx, gy] = [this.#memory.geometry(node.inputs[0]!), this.#memory.geometry(node)];
    const { stride } = windowsOf(node);
    return {
      rows: gy.height,
      columns: gy.width,
      channels: gy.channels,
      xRow: stride * gx.row,
      xPixel: stride * gx.channels,
      yRow: gy.row,
      yPixel: gy.channels,
      segments: this.#segments(node, node.inputs[0]!, node.inputs[1]!.shape.slice(2)),
    };
  }

  /** Rows of a window: a row of pixels lies side by side in memory, and so do the filters for it. */
  #segments(node: Tensor, x: Tensor, kernel: readonly number[]): readonly Segment[] {
    const { row, channels } = this.#memory.geometry(x);
    const [height, width] = kernel as readonly [number, number];
    const { padding } = windowsOf(node);
    return range(height).map((k) => ({
      x: (k - padding[0]) * row - padding[1] * channels,
      w: k * width * channels,
      length: width * channels,
    }));
  }

  #backward(
    node: Tensor,
    call: (kernel: { from: number; to: number; shape: ConvolutionShape }) => string,
  ): readonly string[] {
    const [gx, gy] = [this.#memory.geometry(node.inputs[0]!), this.#memory.geometry(node)];
    const { stride } = windowsOf(node);
    return gridsOf(node).map(({ i, j, rows, columns, taps }) => {
      const to = i * gy.row + j * gy.channels;
      const [yRow, yPixel] = [stride * gy.row, stride * gy.channels];
      if (taps.length === 0) {
        return `zero_pixels(${this.#memory.pixels(node)} + ${to}, ${rows}, ${columns}, ${yRow}, ${yPixel}, ${gy.channels});`;
      }
      const segments = taps.map(({ row, column, element }) => ({
        x: row * gx.row + column * gx.channels,
        w: element * gx.channels,
        length: gx.channels,
      }));
      return call({
        from: 0,
        to,
        shape: {
          rows,
          columns,
          channels: gy.channels,
          xRow: gx.row,
          xPixel: gx.channels,
          yRow,
          yPixel,
          segments,
        },
      });
    });
  }

  #weightGradient(node: Tensor): string {
    const { program } = this.#emission;
    const [x, g] = node.inputs as [Tensor, Tensor];
    const [gx, gg] = [this.#memory.geometry(x), this.#memory.geometry(g)];
    const { stride } = windowsOf(node);
    const [filters, channels, height, width] = node.shape as readonly [number, number, number, number];
    const kernel = weightGradientKernel(
      {
        rows: gg.height,
        columns: gg.width,
        channels: gg.channels,
        xRow: stride * gx.row,
        xPixel: stride * gx.channels,
        gRow: gg.row,
        gPixel: gg.channels,
        segments: this.#segments(node, x, [height, width]),
      },
      program.target,
    );
    const name = program.define('gradient', kernel);
    const sums = program.scratch(sizeOf(node.shape));
    this.#before.push(`memset(${program.use(sums)}, 0, ${4 * sums.floats});`);
    const result = program.pointer(allocate(this.#emission, node));
    this.#after.push(
      `unpack_filters(${program.use(sums)}, ${result}, ${filters}, ${channels}, ${height * width});`,
    );
    return `${name}(${this.#memory.pixels(x)}, ${this.#memory.pixels(g)}, ${program.use(sums)});`;
  }
}

/** An image in memory that is read, and how many of its pixels lie along one of the reader's; NaN: it is read elsewhere too. */
interface Dependency {
  readonly node: Tensor;
  readonly zoom: number;
}

function windowsOf(node: Tensor) {
  const form = formOf(node);
  if (form.kind !== 'convolution' && form.kind !== 'weightGradient')
    throw new Error(`${node.operation.name} has no windows`);
  return form.windows(node);
}
