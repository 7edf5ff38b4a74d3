import { sizeOf, stridesOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import type { NativeForm } from './form.ts';
import {
  blockedProductKernel,
  type ProductKernel,
  type ProductShape,
  panelFloats,
  productKernel,
} from './kernels.ts';
import { formOf } from './layout.ts';
import {
  allocate,
  type CompiledProgram,
  type Emission,
  filledWith,
  givenBuffer,
  isContiguous,
  NestFunction,
  rowMajor,
  type Value,
} from './program.ts';
import { readsImages } from './schedule.ts';
import { floatText, indexText, range } from './text.ts';

/*
 * Tensors that are no images: row-major, computed one after another. What only changes the order is a view; what one reader computes from
 * element by element is computed there.
 */

/** Emits the statements that compute `node`. */
export function emitTensor(emission: Emission, node: Tensor): void {
  const form = formOf(node);
  if (isInlined(emission, node)) return;
  switch (form.kind) {
    case 'input':
      emission.values.set(node, rowMajor(emission.given.get(node)!, node.shape));
      return;
    case 'constant':
      if (filledWith(node) === undefined) emitConstant(emission, node, form.values(node));
      return;
    case 'reshape':
      emission.values.set(node, reshaped(emission, node));
      return;
    case 'view': {
      const x = memoryOf(emission, node.inputs[0]!);
      emission.values.set(node, { buffer: x.buffer, ...form.view(node, x) });
      return;
    }
    case 'element':
      emission.program.statement(
        filling(emission, node, allocate(emission, node), (nest, index) =>
          elementOf(emission, nest, node, index),
        ),
      );
      return;
    case 'concat':
      emitConcat(emission, node, form.axis(node));
      return;
    case 'sum':
      emitSum(emission, node, form.axes(node));
      return;
    case 'product':
      emitProduct(emission, node, form.transposed(node));
      return;
    case 'function':
      emitFunction(emission, node, form);
      return;
    case 'variance':
      emitFunction(emission, node, form.otherwise);
      return;
    default:
      throw new Error(`${node.operation.name} is computed with images`);
  }
}

/** Writes `node` to `target`, an element at a time from its operands: for outputs that are views. */
export function emitCopy(emission: Emission, node: Tensor, target: Value): void {
  emission.program.statement(
    filling(emission, node, target, (nest, index) => globalElement(emission, nest, node, index)),
  );
}

/** Where a tensor stands in memory. */
export function memoryOf(emission: Emission, node: Tensor): Value {
  const known = emission.values.get(node);
  if (known !== undefined) return known;
  const filled = filledWith(node);
  if (filled === undefined) throw new Error(`${node.operation.name} has no value yet`);
  emitConstant(emission, node, new Float64Array(sizeOf(node.shape)).fill(filled));
  return emission.values.get(node)!;
}

/** The same, row-major: a copy, if it is not. */
export function contiguousValue(emission: Emission, node: Tensor): Value {
  const value = memoryOf(emission, node);
  if (isContiguous(value)) return value;
  const copy = rowMajor(emission.program.scratch(sizeOf(node.shape)), node.shape);
  emitCopy(emission, node, copy);
  return copy;
}

function emitConstant(emission: Emission, node: Tensor, values: Float64Array): void {
  const literals = [...values].map(floatText).join(', ');
  const name = emission.program.define('k', `static const float @[] = {${literals}};`);
  emission.values.set(node, rowMajor(givenBuffer(`(float *)${name}`, values.length), node.shape));
}

function reshaped(emission: Emission, node: Tensor): Value {
  const x = contiguousValue(emission, node.inputs[0]!);
  return rowMajor(x.buffer, node.shape, x.offset);
}

/** Whether the only reader of `node` computes it, element by element, where it is wanted. */
function isInlined(emission: Emission, node: Tensor): boolean {
  const { users, given, layout } = emission;
  const [user, another] = users.get(node) ?? [];
  if (formOf(node).kind !== 'element' || given.has(node) || user === undefined || another !== undefined)
    return false;
  if (layout.images.has(user) || user.inputs.filter((x) => x === node).length > 1) return false;
  const kind = formOf(user).kind;
  if (kind === 'sum') return true;
  if (kind === 'concat') return node.shape.length <= 2;
  return kind === 'element' && sizeOf(user.shape) === sizeOf(node.shape);
}

/** C text of the element of a tensor at `index`, a text per axis. */
function globalElement(
  emission: Emission,
  nest: NestFunction,
  node: Tensor,
  index: readonly string[],
): string {
  const filled = filledWith(node);
  if (filled !== undefined) return floatText(filled);
  if (isInlined(emission, node)) return `(${elementOf(emission, nest, node, index)})`;
  const value = memoryOf(emission, node);
  return `${nest.read(emission.program.pointer(value))}[${indexText(index, value)}]`;
}

/** C text of the element of an element-wise node. */
function elementOf(emission: Emission, nest: NestFunction, node: Tensor, index: readonly string[]): string {
  const form = formOf(node) as Extract<NativeForm, { kind: 'element' }>;
  const operands = node.inputs.map((x) => {
    const own = index.slice(index.length - x.shape.length);
    return globalElement(
      emission,
      nest,
      x,
      own.map((text, axis) => (x.shape[axis] === 1 ? '0' : text)),
    );
  });
  return form.text(operands, 's');
}

function indicesOf(node: Tensor): readonly string[] {
  return node.shape.map((_, axis) => `i${axis}`);
}

/** Loops over some axes around a text. */
function loops({ shape }: Tensor, axes: readonly number[], inner: string): string {
  return axes.reduceRight((text, axis) => {
    if (shape[axis] === 1) return `{ const int i${axis} = 0; (void)i${axis}; ${text} }`;
    return `for (int i${axis} = 0; i${axis} < ${shape[axis]}; i${axis}++) { ${text} }`;
  }, inner);
}

/** A call that writes every element of a tensor to `target`. */
function filling(
  emission: Emission,
  node: Tensor,
  target: Value,
  compute: (nest: NestFunction, index: readonly string[]) => string,
): string {
  const { program } = emission;
  const nest = new NestFunction();
  const to = nest.write(program.pointer(target));
  const index = indicesOf(node);
  const inner = `${to}[${indexText(index, target)}] = ${compute(nest, index)};`;
  return nest.call(program, 'fill', loops(node, range(node.shape.length), inner));
}

function emitConcat(emission: Emission, node: Tensor, axis: number): void {
  const target = allocate(emission, node);
  let start = 0;
  const calls = node.inputs.map((x) => {
    const offset = start * target.strides[axis]!;
    start += x.shape[axis]!;
    const part = { buffer: target.buffer, shape: x.shape, offset, strides: target.strides };
    return filling(emission, x, part, (nest, index) => globalElement(emission, nest, x, index));
  });
  emission.program.statement(calls.join('\n  '));
}

/** Sums in index order, whose inner loop goes over what is kept, if the last axis is. */
function emitSum(emission: Emission, node: Tensor, axes: readonly number[]): void {
  const { program } = emission;
  const x = node.inputs[0]!;
  const rows = rowsOf(emission, x, axes);
  const target = allocate(emission, node);
  if (rows !== undefined) {
    const [pointer, result] = [program.pointer(rows), program.pointer(target)];
    program.statement(
      `row_sums(${pointer}, ${sizeOf(node.shape)}, ${sizeOf(x.shape) / sizeOf(node.shape)}, ${result});`,
    );
    return;
  }
  const nest = new NestFunction();
  const to = nest.write(program.pointer(target));
  const index = indicesOf(x);
  const keptShape = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const place = indexText(index, { shape: keptShape, strides: stridesOf(keptShape) });
  const value = globalElement(emission, nest, x, index);
  const kept = range(x.shape.length).filter((axis) => !axes.includes(axis));
  const body = axes.includes(x.shape.length - 1)
    ? loops(x, kept, `float total = 0; ${loops(x, axes, `total += ${value};`)} ${to}[${place}] = total;`)
    : `memset(${to}, 0, ${4 * sizeOf(node.shape)}); ${loops(x, [...axes, ...kept], `${to}[${place}] += ${value};`)}`;
  program.statement(nest.call(program, 'sum', body));
}

/** Where `x` lies, if its last axes are summed and it is in memory, row-major. */
function rowsOf(emission: Emission, x: Tensor, axes: readonly number[]): Value | undefined {
  const first = x.shape.length - axes.length;
  if (axes.length === 0 || isInlined(emission, x) || !axes.every((axis) => axis >= first)) return undefined;
  const value = memoryOf(emission, x);
  return isContiguous(value) ? value : undefined;
}

function emitFunction(
  emission: Emission,
  node: Tensor,
  form: Extract<NativeForm, { kind: 'function' }>,
): void {
  const { program } = emission;
  const inputs = node.inputs.map((x) => contiguousValue(emission, x));
  const name = program.define('f', `static __attribute__((noinline, unused)) ${form.text.trim()}`);
  const target = allocate(emission, node);
  const pointers = [...inputs, target].map((value) => program.pointer(value));
  program.statement(`${name}((int *)A, ${[...pointers, ...form.sizes(node)].join(', ')});`);
}

/** A right operand of more elements, if one product reads it, is packed in blocks. */
const LARGE = 2 ** 15;

function emitProduct(
  emission: Emission,
  node: Tensor,
  [transposesA, transposesB]: readonly [boolean, boolean],
): void {
  const { program, users } = emission;
  const [rows, columns] = node.shape.slice(-2) as [number, number];
  const batched = node.shape.length > 2;
  const [a, b] = node.inputs
    .slice(0, 2)
    .map((x) => (node.shape.length > 3 ? contiguousValue(emission, x) : memoryOf(emission, x)));
  const added = node.inputs[2] && addend(emission, node.inputs[2]);
  const shape: ProductShape = {
    rows,
    columns,
    inner: a!.shape.at(transposesA ? -2 : -1)!,
    a: lastStrides(a!, transposesA),
    b: lastStrides(b!, transposesB),
    added: added && broadcastStrides(added),
  };
  if (batched) {
    emitBatchedProduct(emission, node, shape, [a!, b!]);
    return;
  }
  const readers = users.get(node.inputs[1]!);
  if (shape.inner * columns > LARGE && readers?.size === 1) {
    const kernel = blockedProductKernel(shape, program.target);
    const name = program.define('product', kernel.text);
    const pointers = [a!, b!, added ?? b!, allocate(emission, node)].map((value) => program.pointer(value));
    program.statement(`${name}(${pointers.join(', ')}, ${scratchText(program, kernel)});`);
    return;
  }
  const kernel = productKernel(shape, program.target);
  const panels = packedPanels(emission, b!, shape, kernel.panel);
  const name = program.define('product', kernel.text);
  const target = allocate(emission, node);
  const packed = program.use(panels);
  const third = added ? program.pointer(added) : packed;
  const scratch = scratchText(program, kernel);
  program.statement(
    `${name}(${program.pointer(a!)}, ${packed}, ${third}, ${program.pointer(target)}, ${scratch});`,
  );
}

/** C text of the memory that a kernel works in during the next statement. */
function scratchText(program: CompiledProgram, { scratch }: ProductKernel): string {
  return scratch === 0 ? '0' : program.use(program.scratch(scratch));
}

/** What is added to a product: its rows are contiguous, or one number each. */
function addend(emission: Emission, node: Tensor): Value {
  const value = memoryOf(emission, node);
  return (broadcastStrides(value)[1] as number) > 1 ? contiguousValue(emission, node) : value;
}

function broadcastStrides({ shape, strides }: Value): readonly [number, number] {
  const lengths = [1, 1, ...shape].slice(-2);
  const [row, column] = [0, 0, ...strides].slice(-2).map((stride, i) => (lengths[i] === 1 ? 0 : stride));
  return [row!, column!];
}

function lastStrides({ strides }: Value, transposed: boolean): readonly [number, number] {
  const [row, column] = strides.slice(-2) as [number, number];
  return transposed ? [column, row] : [row, column];
}

/** b in panels, packed once for all products that read it so. */
function packedPanels(emission: Emission, b: Value, shape: ProductShape, panel: number) {
  const { program, packed } = emission;
  const { inner, columns, b: strides } = shape;
  const key = keyOfPanels(b, shape, panel);
  const known = packed.get(key);
  if (known !== undefined) return known;
  const buffer = program.scratch(panelFloats(shape, panel));
  packed.set(key, buffer);
  const sizes = [inner, columns, panel, ...strides];
  program.statement(`pack_panels(${program.pointer(b)}, ${program.use(buffer)}, ${sizes.join(', ')});`);
  return buffer;
}

function keyOfPanels({ buffer, offset }: Value, { inner, columns, b }: ProductShape, panel: number): string {
  return [buffer.name, offset, inner, columns, ...b, panel].join(' ');
}

function emitBatchedProduct(
  emission: Emission,
  node: Tensor,
  shape: ProductShape,
  [a, b]: readonly [Value, Value],
): void {
  const { program, users, packed } = emission;
  const { inner, rows, columns } = shape;
  const count = sizeOf(node.shape.slice(0, -2));
  const kernel = productKernel(shape, program.target);
  const name = program.define('product', kernel.text);
  const floats = panelFloats(shape, kernel.panel);
  const at = (value: Value, stride: number) => `${program.pointer(value)} + (long)i*${stride}`;
  const pack = (to: string) =>
    `pack_panels(${at(b, b.strides.at(-3)!)}, ${to}, ${[inner, columns, kernel.panel, ...shape.b].join(', ')});`;
  const each = (text: string) => `for (int i = 0; i < ${count}; i++) { ${text} }`;
  // Panels that several products read are packed once.
  const isShared = (users.get(node.inputs[1]!)?.size ?? 0) > 1;
  const key = ['batched', count, b.strides.at(-3), keyOfPanels(b, shape, kernel.panel)].join(' ');
  const panels = packed.get(key) ?? program.scratch(isShared ? count * floats : floats);
  if (isShared && !packed.has(key)) {
    packed.set(key, panels);
    program.statement(each(pack(`${program.use(panels)} + (long)i*${floats}`)));
  }
  const target = allocate(emission, node);
  const from = program.use(panels);
  const scratch = scratchText(program, kernel);
  const product = (panels: string) =>
    `${name}(${at(a, a.strides.at(-3)!)}, ${panels}, ${panels}, ${at(target, rows * columns)}, ${scratch});`;
  program.statement(
    each(isShared ? product(`${from} + (long)i*${floats}`) : `${pack(from)} ${product(from)}`),
  );
}

/** Filters in the kernels' layout: [kernel row, kernel column, summed channel, result channel]. */
export function packFilters(emission: Emission, filters: Tensor, exchanged: boolean) {
  const { program, packed } = emission;
  const value = contiguousValue(emission, filters);
  const [a, b, height, width] = filters.shape as readonly [number, number, number, number];
  const key = `filters ${value.buffer.name} ${value.offset} ${a} ${b} ${height * width} ${exchanged}`;
  const known = packed.get(key);
  if (known !== undefined) return known;
  const buffer = program.scratch(sizeOf(filters.shape));
  packed.set(key, buffer);
  const sizes = [a, b, height * width, exchanged ? 1 : 0];
  program.statement(`pack_filters(${program.pointer(value)}, ${program.use(buffer)}, ${sizes.join(', ')});`);
  return buffer;
}

/** The tensors that are known, or can be computed, after loop `L` over images; loops compute their own. */
export function tensorsAfter({ layout, schedule }: Emission, L: number): readonly Tensor[] {
  return layout.order.filter(
    (node) => !layout.images.has(node) && schedule.after.get(node) === L && !readsImages(node, layout),
  );
}
