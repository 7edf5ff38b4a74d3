import { braced, elementary } from '../javascript/shared.ts';
import { type ArrayWriters, atom, called, LEVEL, reductionWriters, type Writer, within } from '../text.ts';

/** A function of tensors, or what stands for it if every argument is a number. */
const tensors =
  (name: string, ofNumbers: Writer): Writer =>
  (args, parameters) =>
    args.every(({ scalar }) => scalar) ? ofNumbers(args, parameters) : called(`tf.${name}`)(args, parameters);

/** A comparison of tensors. */
const compared =
  (name: string, ofNumbers: Writer): Writer =>
  (args, parameters) => {
    if (args.every(({ scalar }) => scalar)) return ofNumbers(args, parameters);
    const condition = called(`tf.${name}`)(args, []);
    return { ...atom(`tf.cast(${condition.text}, 'float32')`), condition };
  };

/** Operations on tensors, where what depends on the step alone is a number. */
export const writers: ArrayWriters = {
  add: tensors('add', elementary.add),
  sub: tensors('sub', elementary.sub),
  mul: tensors('mul', elementary.mul),
  div: tensors('div', elementary.div),
  neg: tensors('neg', elementary.neg),
  pow: tensors('pow', elementary.pow),
  exp: tensors('exp', elementary.exp),
  log: tensors('log', elementary.log),
  sqrt: tensors('sqrt', elementary.sqrt),
  tanh: tensors('tanh', elementary.tanh),
  cos: tensors('cos', elementary.cos),
  abs: tensors('abs', elementary.abs),
  sign: tensors('sign', elementary.sign),
  clip: (args, [l]) =>
    tensors('clipByValue', () => elementary.clip(args, [l!]))(args, [
      atom(`-${within(l!, LEVEL.power)}`),
      l!,
    ]),
  min: tensors('minimum', elementary.min),
  max: tensors('maximum', elementary.max),
  lt: compared('less', elementary.lt),
  le: compared('lessEqual', elementary.le),
  where: ([c, x, y], parameters) => {
    if (c!.scalar) return elementary.where([c!, x!, y!], parameters);
    const truth = c!.condition ?? atom(`tf.notEqual(${c!.text}, 0)`);
    return called('tf.where')([truth, x!, y!], []);
  },
  ...reductionWriters((name) => called(`tf.${name}`), 'tf.scalar(weight.size)'),
  drop: ([dropped, x]) => called('tf.where')([dropped!, atom('0'), x!], []),
};

/** A draw, of a seed of its own if there is one. */
const drawLines = (name: string, from: string): readonly string[] => [
  '  /** @param {number[]} shape */',
  `  ${name}(shape) {`,
  '    const seed = this.seed === null ? undefined : this.seed + this.draws++;',
  `    return tf.${from}(shape, 0, 1, 'float32', seed);`,
  '  }',
  '',
];
export const UNIFORM = drawLines('uniform', 'randomUniform');
export const NORMAL = drawLines('normal', 'randomNormal');

/** The end of a class: its configuration, its registration. */
export const serialisedLines = (className: string, names: readonly string[]): readonly string[] => [
  '  getConfig() {',
  ...braced(
    'return ',
    names.map((name) => `${name}: this.${name}`),
    ';',
    '    ',
  ),
  '  }',
  '',
  '  /**',
  '   * @template {tf.serialization.Serializable} T',
  '   * @param {tf.serialization.SerializableConstructor<T>} cls',
  '   * @param {tf.serialization.ConfigDict} config',
  '   * @returns {T}',
  '   * @nocollapse',
  '   */',
  '  static fromConfig(cls, config) {',
  '    return new cls(config);',
  '  }',
  '}',
  '',
  `tf.serialization.registerClass(${className});`,
  '',
];
