import type { Shape } from '../shape.ts';
import { inputName, outputName } from './names.ts';
import {
  type AttributeProto,
  encodeModel,
  FLOAT,
  INT64,
  type NodeProto,
  type TensorProto,
  type ValueInfoProto,
} from './schema.ts';
import type { OnnxAttribute, OnnxAttributes, OnnxWriter } from './writer.ts';

/** Operator set and file format of ONNX 1.14: old enough for every operation used, and all of onnxruntime 1.30 reads them. */
const OPSET = 18;
const IR_VERSION = 9;

/** An ONNX model under construction. */
export class ModelWriter implements OnnxWriter {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs = new Map<string, Shape>();
  readonly #outputs: { name: string; value: string; shape: Shape }[] = [];
  readonly #domains = new Set<string>(['']);
  readonly #written = new Map<string, readonly string[]>();

  node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = ''): string {
    return this.nodes(type, inputs, 1, attributes, domain)[0] as string;
  }

  nodes(
    type: string,
    inputs: readonly string[],
    count: number,
    attributes: OnnxAttributes = {},
    domain = '',
  ): readonly string[] {
    const key = JSON.stringify([type, inputs, count, attributes, domain]);
    return this.#once(key, () => {
      const name = `${type} ${this.#nodes.length}`;
      const output = Array.from({ length: count }, (_, i) => `${name}.${i}`);
      const attribute = Object.entries(attributes).map(([key, value]) => encodeAttribute(key, value));
      this.#domains.add(domain);
      this.#nodes.push({ input: inputs, output, name, opType: type, attribute, domain });
      return output;
    });
  }

  floats(values: ArrayLike<number>, shape: Shape): string {
    return this.#initializer(FLOAT, shape, Float32Array.from(values));
  }

  integers(values: readonly number[]): string {
    return this.#initializer(INT64, [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  input(name: string, shape: Shape): string {
    const value = inputName(name);
    this.#inputs.set(value, shape);
    return value;
  }

  /** Declares an output of the whole graph. */
  output(name: string, value: string, shape: Shape): void {
    this.#outputs.push({ name: outputName(name), value, shape });
  }

  /** The bytes of the .onnx file. */
  finish(): Uint8Array {
    const copies = this.#outputs.map(({ name, value }) => ({
      input: [value],
      output: [name],
      name,
      opType: 'Identity',
      attribute: [],
      domain: '',
    }));
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: 'neural-optimizer-search',
      opsetImport: [...this.#domains].map((domain) => ({ domain, version: domain === '' ? OPSET : 1 })),
      graph: {
        name: 'graph',
        node: [...this.#nodes, ...copies],
        initializer: this.#initializers,
        input: [...this.#inputs].map(([name, shape]) => describeValue(name, shape)),
        output: this.#outputs.map(({ name, shape }) => describeValue(name, shape)),
      },
    });
  }

  #initializer(
    dataType: typeof FLOAT | typeof INT64,
    shape: Shape,
    values: Float32Array | BigInt64Array,
  ): string {
    const rawData = new Uint8Array(values.buffer);
    const key = `${dataType} ${shape.join(',')} ${Buffer.from(rawData).toString('latin1')}`;
    const [name] = this.#once(key, () => {
      const fresh = `constant ${this.#initializers.length}`;
      this.#initializers.push({ dims: shape, dataType, name: fresh, rawData });
      return [fresh];
    });
    return name as string;
  }

  #once(key: string, write: () => readonly string[]): readonly string[] {
    const known = this.#written.get(key);
    if (known !== undefined) return known;
    const names = write();
    this.#written.set(key, names);
    return names;
  }
}

function encodeAttribute(name: string, value: OnnxAttribute): AttributeProto {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

function describeValue(name: string, shape: Shape): ValueInfoProto {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
