import type { Shape } from '../shape.ts';

/** Numbers and lists of numbers are ONNX integers; floats are marked. */
export type OnnxAttribute = number | readonly number[] | string | { readonly float: number };
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/**
 * What an operation's lowering writes into: an ONNX graph under construction. Values are named by strings. Equal
 * requests (same type, inputs and attributes) give the same value and write one node only.
 */
export interface OnnxWriter {
  /** Appends a node with one output and names that output. An empty input name is an omitted optional input. */
  node(type: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  /** Appends a node with `count` outputs. */
  nodes(
    type: string,
    inputs: readonly string[],
    count: number,
    attributes?: OnnxAttributes,
    domain?: string,
  ): readonly string[];
  /** A float32 constant. */
  floats(values: ArrayLike<number>, shape: Shape): string;
  /** An int64 vector constant: shapes, axes, indices. */
  integers(values: readonly number[]): string;
  /** Declares a float32 input of the whole graph. */
  input(name: string, shape: Shape): string;
}

/** ONNX Runtime's contributed operations, part of every build: FusedMatMul and others. */
export const MICROSOFT = 'com.microsoft';
