import { sizeOf } from '../shape.ts';
import type { Tensor } from '../tensor.ts';
import { formOf, imageSize, type Layout, toImagesOperation } from './layout.ts';

/** One loop over the images of the batch. */
export interface ImageLoop {
  /** What must be computed here: convolutions, and sums or copies of images into other tensors. */
  readonly roots: readonly Tensor[];
  /** All images computed here, convolutions among them. */
  readonly computed: ReadonlySet<Tensor>;
}

/** The loop over images in which each value is computed. A reduction over the batch ends a loop; the next may use it. */
export interface LoopSchedule {
  readonly loops: readonly ImageLoop[];
  /** Images that are kept for the whole batch, as a later loop reads them. All others are scratch of one image. */
  readonly stored: ReadonlySet<Tensor>;
  /** The loop after which each tensor that is not an image can be computed or is known; −1: before the first. */
  readonly after: ReadonlyMap<Tensor, number>;
}

/** Reading an image again is preferred to computing it again from more than this many times its own size. */
const RECOMPUTED = 1.3;

export function isConvolution(node: Tensor): boolean {
  return formOf(node).kind === 'convolution';
}

/** Whether `node`, no image itself, is computed in a loop over images. */
export function readsImages(node: Tensor, { images }: Pick<Layout, 'images'>): boolean {
  return !images.has(node) && node.inputs.some((x) => images.has(x));
}

export function schedule(layout: Layout): LoopSchedule {
  const { order, images } = layout;
  const { level, after } = levels(layout);
  const isRoot = (node: Tensor, L: number): boolean =>
    images.has(node)
      ? isConvolution(node) && level.get(node) === L
      : readsImages(node, layout) && after.get(node) === L;
  const looped = order.filter((node) => images.has(node) || readsImages(node, layout));
  const count = 1 + Math.max(-1, ...looped.map((node) => level.get(node) ?? after.get(node) ?? -1));
  const stored = new Set<Tensor>();
  const firstLoop = new Map<Tensor, number>();
  const loops: ImageLoop[] = [];
  for (let L = 0; L < count; L++) {
    const roots = order.filter((node) => isRoot(node, L));
    const computed = new Set<Tensor>();
    const demand = (node: Tensor): void => {
      if (!images.has(node) || computed.has(node)) return;
      if (isConvolution(node)) {
        if (level.get(node)! < L) stored.add(node);
        return;
      }
      const first = firstLoop.get(node) ?? L;
      firstLoop.set(node, first);
      if (first < L && !stored.has(node) && isBetterKept(node, images, stored)) stored.add(node);
      if (first < L && stored.has(node)) return;
      computed.add(node);
      node.inputs.forEach(demand);
    };
    for (const root of roots) {
      root.inputs.forEach(demand);
      if (images.has(root)) computed.add(root);
    }
    loops.push({ roots, computed });
  }
  return { loops, stored, after };
}

/** The loop of each image, and the one after which any other tensor is available. */
function levels(layout: Layout): {
  readonly level: ReadonlyMap<Tensor, number>;
  readonly after: ReadonlyMap<Tensor, number>;
} {
  const { order, images } = layout;
  const level = new Map<Tensor, number>();
  const after = new Map<Tensor, number>();
  for (const node of order) {
    const looped = images.has(node) || readsImages(node, layout);
    const earliest = node.inputs.map((x) => level.get(x) ?? after.get(x)! + (looped ? 1 : 0));
    const at = Math.max(looped ? 0 : -1, ...earliest);
    (images.has(node) ? level : after).set(node, at);
  }
  return { level, after };
}

/** Whether an image that two loops want is better kept than computed twice. */
function isBetterKept(node: Tensor, images: ReadonlySet<Tensor>, stored: ReadonlySet<Tensor>): boolean {
  if (node.operation === toImagesOperation) return true;
  if (imageSize(node) <= node.shape[1]!) return false; // no pixels
  return readSize(node, images, stored) > RECOMPUTED * sizeOf(node.shape);
}

/** How many elements are read to compute a node from what lies in memory. */
function readSize(root: Tensor, images: ReadonlySet<Tensor>, stored: ReadonlySet<Tensor>): number {
  const read = new Set<Tensor>();
  const visit = (node: Tensor): void => {
    for (const x of node.inputs) {
      const inMemory = images.has(x)
        ? isConvolution(x) || stored.has(x)
        : sizeOf(x.shape) > sizeOf(node.shape) / 4;
      if (inMemory) read.add(x);
      else if (images.has(x)) visit(x);
    }
  };
  visit(root);
  return [...read].reduce((total, x) => total + sizeOf(x.shape), 0);
}
