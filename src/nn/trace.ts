import { input, type Shape, type Tensor } from '../graph/index.ts';
import type { NetworkBuilder } from './builder.ts';
import type { Mask } from './dropout.ts';
import type { Initial, ParameterView, PlacedParameter } from './initial.ts';
import { layOut, type Placed, totalSize, unpack } from './layout.ts';

/** A network, its inputs given: what it makes of a builder. */
export type Run<T> = (nn: NetworkBuilder) => T;

export interface BufferDefinition {
  readonly shape: Shape;
  readonly value: number;
}

/** What a network asks for, in the order in which it asks. */
export interface Declarations {
  readonly parameters: readonly PlacedParameter[];
  readonly buffers: readonly (Placed & { readonly value: number })[];
}

/** One pass of a network over flat vectors of weights and buffers. */
export interface Pass<T> {
  readonly result: T;
  /** The parameters, in order. */
  readonly parameters: readonly Tensor[];
  /** The buffers after the pass, in order. */
  readonly buffers: readonly Tensor[];
  /** What else it is fed with. */
  readonly masks: readonly Mask[];
}

/** Runs the network once only to learn what it asks for. */
export function declarations(run: Run<unknown>): Declarations {
  const parameters = new Map<string, { shape: Shape; initial: Initial; kind?: 'embeddings' }>();
  const buffers = new Map<string, BufferDefinition>();
  run({
    mode: 'evaluation',
    parameter: (name, shape, initial, { kind } = {}) => {
      declare(parameters, name, { shape, initial, ...(kind && { kind }) });
      return input(name, shape);
    },
    buffer: (name, shape, value) => {
      declare(buffers, name, { shape, value });
      return input(name, shape);
    },
    updateBuffer: () => {},
    mask: refuseMask,
  });
  const shapes = (map: ReadonlyMap<string, { shape: Shape }>) =>
    layOut([...map].map(([name, { shape }]) => [name, shape] as const));
  return {
    parameters: shapes(parameters).map((placed) => {
      const { initial, kind } = parameters.get(placed.name)!;
      return { ...placed, ...viewOf(placed, kind), initial };
    }),
    buffers: shapes(buffers).map((placed) => ({ ...placed, value: buffers.get(placed.name)!.value })),
  };
}

/** A tensor of two or more axes is its first axis × all others: output channels and what each reads, of a convolution. */
const viewOf = ({ shape, size }: Placed, kind: 'embeddings' | undefined): ParameterView =>
  shape.length > 1
    ? { kind: kind ?? 'matrices', rows: shape[0]!, columns: size / shape[0]! }
    : { kind: 'vectors' };

/** Runs the network over the inputs `weights` and `buffers`. */
export function trace<T>(run: Run<T>, mode: NetworkBuilder['mode'], declared: Declarations): Pass<T> {
  const weights = new Map(unpackAll('weights', declared.parameters));
  const buffers = new Map(unpackAll('buffers', declared.buffers));
  const updated = new Map(buffers);
  const masks = new Map<string, Mask>();
  const find = (known: ReadonlyMap<string, Tensor>, name: string): Tensor => {
    const tensor = known.get(name);
    if (tensor === undefined) throw new RangeError(`network: '${name}' is asked for in one mode only`);
    return tensor;
  };
  const result = run({
    mode,
    parameter: (name) => find(weights, name),
    buffer: (name) => find(buffers, name),
    updateBuffer: (name, value) => {
      find(buffers, name);
      updated.set(name, value);
    },
    mask: (name, shape, keep) => {
      if (mode === 'evaluation') return refuseMask(name);
      const mask = { name: `mask.${name}`, shape, keep };
      declare(masks, name, mask);
      return input(mask.name, shape);
    },
  });
  return {
    result,
    parameters: [...weights.values()],
    buffers: [...updated.values()],
    masks: [...masks.values()],
  };
}

function refuseMask(name: string): never {
  throw new RangeError(`network: the mask '${name}' is asked for in evaluation`);
}

function unpackAll(name: string, layout: readonly Placed[]): (readonly [string, Tensor])[] {
  if (layout.length === 0) return [];
  const flat = input(name, [totalSize(layout)]);
  return layout.map((placed) => [placed.name, unpack(flat, placed)] as const);
}

function declare<T>(known: Map<string, T>, name: string, definition: T): void {
  if (known.has(name)) throw new RangeError(`network: the name '${name}' is used twice`);
  known.set(name, definition);
}
