import { equalShapes, type Shape, sizeOf } from '../shape.ts';
import { createTensor, type Operation, type Tensor } from '../tensor.ts';
import { topologicalOrder } from '../topology.ts';
import type { NativeForm } from './form.ts';
import { Unsupported } from './unsupported.ts';

/** A graph whose tensors are either images, channels last in memory and computed image by image, or plain row-major tensors. */
export interface Layout {
  readonly outputs: readonly Tensor[];
  /** Every node after its inputs. */
  readonly order: readonly Tensor[];
  readonly images: ReadonlySet<Tensor>;
  /** The number of images in each tensor of images; 0 without images. */
  readonly batch: number;
}

/** The form of a node. @throws Unsupported without one. */
export function formOf(node: Tensor): NativeForm {
  const form = node.operation.native;
  if (form === undefined) throw new Unsupported(node.operation.name);
  return form;
}

const copy = (name: string, native: NativeForm): Operation => ({
  name,
  native,
  shape: ([x]) => x!.shape,
  evaluate: (_node, [x]) => x!,
  lower: (_node, [x]) => x!,
});

/** A row-major tensor as images. */
export const toImagesOperation = copy('toImages', { kind: 'element', text: ([x]) => x! });
/** Images as a row-major tensor. */
export const fromImagesOperation = copy('fromImages', { kind: 'reshape' });

/**
 * Finds the images of an optimised graph: what convolutions, poolings and upsamplings read and write, and what is computed from these
 * element by element. Between images and other tensors it puts copies, so that only these, sums over pixels and gradients of filters
 * lead from images to tensors.
 *
 * @throws Unsupported for an operation without a form, or images of several batches.
 */
export function layOut(outputs: readonly Tensor[]): Layout {
  const order = topologicalOrder(outputs);
  const classes = new Classes();
  const seeds = order.flatMap((node) => joined(node, classes));
  const batch = seeds[0]?.shape[0] ?? 0;
  const marked = new Set(seeds.map((seed) => classes.of(seed)));
  const isImage = (node: Tensor): boolean => {
    const leaf = node.inputs.length === 0 || !makesImages(node);
    return !leaf && node.shape.length === 4 && marked.has(classes.of(node));
  };
  if (seeds.some((seed) => seed.shape[0] !== batch)) throw new Unsupported('images of several batches');
  return rebuilt(outputs, order, isImage, batch);
}

/** Classes of tensors of one shape that are combined element by element. */
class Classes {
  readonly #parents = new Map<Tensor, Tensor>();

  of(node: Tensor): Tensor {
    let root = node;
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next;
    if (root !== node) this.#parents.set(node, root);
    return root;
  }

  join(a: Tensor, b: Tensor): void {
    const [first, second] = [this.of(a), this.of(b)];
    if (first !== second) this.#parents.set(first, second);
  }
}

/** Joins `node` with what it is computed from element by element; returns those of its operands and itself that are surely images. */
function joined(node: Tensor, classes: Classes): readonly Tensor[] {
  const form = formOf(node);
  const [x, y] = node.inputs as [Tensor, Tensor];
  if (form.kind === 'element' && node.shape.length === 4) {
    for (const operand of node.inputs)
      if (equalShapes(operand.shape, node.shape)) classes.join(operand, node);
  }
  if (form.kind === 'convolution') return [node, x];
  if (form.kind === 'pool' || form.kind === 'upsampling') return [node, x];
  return form.kind === 'weightGradient' ? [x, y] : [];
}

/** Whether an image can be the result: of all other operations it is a copy. */
function makesImages(node: Tensor): boolean {
  return ['element', 'convolution', 'pool', 'upsampling'].includes(formOf(node).kind);
}

/** Whether `node` sums `x`, images, in their loop. */
function sumsImages(node: Tensor, x: Tensor): boolean {
  const form = formOf(node);
  if (form.kind === 'variance') return true;
  if (form.kind !== 'sum') return false;
  const axes = form.axes(node).join();
  return axes === '0,2,3' || (axes === '2,3' && x.shape.length === 4);
}

/** Whether an image operand of one value per channel and image, or the whole shape, is read in place. */
function readsInPlace(x: Shape, result: Shape): boolean {
  return equalShapes(x, result) || equalShapes(x, [result[0]!, result[1]!, 1, 1]);
}

function rebuilt(
  outputs: readonly Tensor[],
  order: readonly Tensor[],
  isImage: (node: Tensor) => boolean,
  batch: number,
): Layout {
  const images = new Set<Tensor>();
  const results = new Map<Tensor, Tensor>();
  const copies = new Map<string, Map<Tensor, Tensor>>();
  const copied = (operation: Operation, x: Tensor): Tensor => {
    const known = copies.get(operation.name) ?? new Map<Tensor, Tensor>();
    copies.set(operation.name, known);
    const made = known.get(x) ?? createTensor(operation, [x], {});
    known.set(x, made);
    if (operation === toImagesOperation) images.add(made);
    return made;
  };
  const toImages = (x: Tensor): Tensor => (images.has(x) ? x : copied(toImagesOperation, x));
  const fromImages = (x: Tensor): Tensor => (images.has(x) ? copied(fromImagesOperation, x) : x);
  const operandsOf = (node: Tensor): readonly Tensor[] => {
    const { kind } = formOf(node);
    const inputs = node.inputs.map((x) => results.get(x)!);
    if (kind === 'convolution') return [toImages(inputs[0]!), fromImages(inputs[1]!)];
    if (kind === 'weightGradient' || kind === 'pool' || kind === 'upsampling') return inputs.map(toImages);
    if (isImage(node)) return inputs.map((x) => (readsInPlace(x.shape, node.shape) ? x : fromImages(x)));
    if (kind === 'reshape') return inputs;
    return inputs.map((x) => (sumsImages(node, x) ? x : fromImages(x)));
  };
  for (const node of order) {
    const inputs = operandsOf(node);
    const same = inputs.every((x, i) => x === node.inputs[i]);
    const result = same ? node : createTensor(node.operation, inputs, node.attributes);
    if (isImage(node)) images.add(result);
    results.set(node, result);
  }
  const rebuiltOutputs = outputs.map((output) => fromImages(results.get(output)!));
  return { outputs: rebuiltOutputs, order: topologicalOrder(rebuiltOutputs), images, batch };
}

/** Elements of one image. */
export function imageSize(node: Tensor): number {
  return sizeOf(node.shape.slice(1));
}
