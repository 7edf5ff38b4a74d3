import { type Shape, sizeOf, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { Strided } from './form.ts';
import { formOf, type Layout } from './layout.ts';
import type { NativeBuffer } from './memory.ts';
import type { LoopSchedule } from './schedule.ts';
import type { Processor } from './target.ts';

/** A tensor in memory. */
export interface Value extends Strided {
  readonly buffer: NativeBuffer;
}

/** The file of C under construction: functions, the statements of a step, and the buffers that these use. */
export class CompiledProgram {
  readonly target: Processor;
  readonly definitions: string[] = [];
  readonly statements: string[] = [];
  readonly buffers: NativeBuffer[] = [];
  readonly #functions = new Map<string, string>();

  constructor(target: Processor) {
    this.target = target;
  }

  /** Defines what `text` says of `@` and returns its name; equal texts are defined once. */
  define(prefix: string, text: string): string {
    const known = this.#functions.get(text);
    if (known !== undefined) return known;
    const name = `${prefix}${this.#functions.size}`;
    this.#functions.set(text, name);
    this.definitions.push(text.replaceAll('@', name));
    return name;
  }

  /** Adds a statement to the step. Buffers used since the last one are alive in it. */
  statement(text: string): void {
    this.statements.push(text);
  }

  /** Memory in the arena, which lives from its first use to its last. */
  scratch(floats: number): NativeBuffer {
    const buffer = { name: `B${this.buffers.length}`, floats, first: Infinity, last: -1 };
    this.buffers.push(buffer);
    return buffer;
  }

  /** C text of a pointer to a buffer that the next statement uses. */
  use(buffer: NativeBuffer): string {
    buffer.first = Math.min(buffer.first, this.statements.length);
    buffer.last = Math.max(buffer.last, this.statements.length);
    return buffer.name;
  }

  /** C text of a pointer to a value's first element. */
  pointer({ buffer, offset }: Pick<Value, 'buffer' | 'offset'>): string {
    return offset === 0 ? this.use(buffer) : `${this.use(buffer)} + ${offset}`;
  }
}

/** Everything that emitting a graph needs to know. */
export interface Emission {
  readonly program: CompiledProgram;
  readonly layout: Layout;
  readonly schedule: LoopSchedule;
  /** The nodes that read each node. */
  readonly users: ReadonlyMap<Tensor, ReadonlySet<Tensor>>;
  /** A number for each node. */
  readonly ids: ReadonlyMap<Tensor, number>;
  /** Memory that is given: of inputs, and of the outputs that are computed in place. */
  readonly given: ReadonlyMap<Tensor, NativeBuffer>;
  /** Tensors in memory. */
  readonly values: Map<Tensor, Value>;
  /** Right operands and filters in the kernels' layout, by what they hold. */
  readonly packed: Map<string, NativeBuffer>;
}

/** Memory that is not of the arena. */
export function givenBuffer(name: string, floats: number): NativeBuffer {
  return { name, floats, first: 0, last: 0 };
}

export function rowMajor(buffer: NativeBuffer, shape: Shape, offset = 0): Value {
  return { buffer, shape, offset, strides: stridesOf(shape) };
}

export function isContiguous({ shape, strides }: Strided): boolean {
  const expected = stridesOf(shape);
  return shape.every((length, axis) => length === 1 || strides[axis] === expected[axis]);
}

/** Memory for the result of `node`, row-major: of an output, or in the arena. */
export function allocate({ program, given, values }: Emission, node: Tensor): Value {
  const value = rowMajor(given.get(node) ?? program.scratch(sizeOf(node.shape)), node.shape);
  values.set(node, value);
  return value;
}

/** The number that fills a constant, if one does. */
export function filledWith(node: Tensor): number | undefined {
  const form = formOf(node);
  if (form.kind !== 'constant') return undefined;
  const values = form.values(node);
  return values.every((value) => Object.is(value, values[0])) ? values[0] : undefined;
}

/** A function of one nest of loops: pointers are its parameters, so that equal nests over other memory are one function. */
export class NestFunction {
  readonly #parameters: string[] = [];
  readonly #arguments: string[] = [];

  /** The parameter that stands for `argument`, which is only read. */
  read(argument: string): string {
    const known = this.#arguments.indexOf(argument);
    return known >= 0 ? `p${known}` : this.#add(argument, 'const float');
  }

  /** A parameter of its own for memory that is written. */
  write(argument: string, type: 'float' | 'double' = 'float'): string {
    return this.#add(argument, type);
  }

  /** Defines the function of this body and returns the call. */
  call(program: CompiledProgram, prefix: string, body: string): string {
    const text = `APART void @(${this.#parameters.join(', ')}) {\n${body}\n}`;
    return `${program.define(prefix, text)}(${this.#arguments.join(', ')});`;
  }

  #add(argument: string, type: string): string {
    const name = `p${this.#arguments.length}`;
    this.#parameters.push(`${type} *restrict ${name}`);
    this.#arguments.push(argument);
    return name;
  }
}
