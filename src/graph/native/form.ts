import type { Shape } from '../shape.ts';
import type { Attributes, Tensor } from '../tensor.ts';

/** A row-major tensor of another order: element i stands at `offset` + Σ i[axis] · strides[axis]. */
export interface Strided {
  readonly shape: Shape;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The windows that a convolution goes over. */
export interface ConvolutionWindows {
  readonly stride: number;
  /** Zeros around the image: rows, columns. */
  readonly padding: readonly [number, number];
}

/**
 * How the native engine computes a node: what an operation says beside its ONNX lowering. A graph in which an operation has no form
 * runs on onnxruntime as a whole. Methods are functions of the node alone, so equal graphs give equal text.
 */
export type NativeForm<A extends Attributes = Attributes> =
  | { readonly kind: 'input' }
  | { readonly kind: 'constant'; values(node: Tensor<A>): Float64Array }
  /**
   * Element by element over broadcast operands.
   *
   * `width` names the functions of the prelude to call: `relu_${width}`. Multiplications and additions are not fused unless written so.
   */
  | { readonly kind: 'element'; text(operands: readonly string[], width: string): string }
  /** The same memory, read in another order. */
  | { readonly kind: 'view'; view(node: Tensor<A>, x: Strided): Strided }
  | { readonly kind: 'reshape' }
  | { readonly kind: 'concat'; axis(node: Tensor<A>): number }
  | { readonly kind: 'sum'; axes(node: Tensor<A>): readonly number[] }
  /** A product of matrices, and a third operand that is added to it. */
  | { readonly kind: 'product'; transposed(node: Tensor<A>): readonly [a: boolean, b: boolean] }
  | NativeFunction<A>
  /** `backward`: from the result's cotangent to the image's, by the same filters. */
  | {
      readonly kind: 'convolution';
      readonly direction: 'forward' | 'backward';
      windows(node: Tensor<A>): ConvolutionWindows;
    }
  | { readonly kind: 'weightGradient'; windows(node: Tensor<A>): ConvolutionWindows }
  | { readonly kind: 'pool'; readonly combine: 'max' | 'mean'; size(node: Tensor<A>): number }
  | { readonly kind: 'upsampling'; factor(node: Tensor<A>): number }
  /** Reduces over all axes but the channels. Images are summed in their own loop; for other shapes there is `otherwise`. */
  | { readonly kind: 'variance'; readonly otherwise: NativeFunction<A> };

/**
 * A function of C over whole row-major tensors.
 *
 * `text` defines the function `@(int *failed, const float *x0, …, float *y, sizes…)`; it sets *failed where an index is out of range.
 */
export interface NativeFunction<A extends Attributes = Attributes> {
  readonly kind: 'function';
  readonly text: string;
  sizes(node: Tensor<A>): readonly number[];
}
