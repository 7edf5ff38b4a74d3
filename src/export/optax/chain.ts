import type { Argument } from '../python/arguments.ts';

/** The end of a function that chains a rule's transformation with its learning rate. */
export const chainLines = (name: string, own: readonly Argument[], rated: boolean): readonly string[] => [
  '    return optax.chain(',
  ...(own.length === 0 && !rated
    ? [`        scale_by_${name}(),`]
    : [
        `        scale_by_${name}(`,
        ...(rated ? ['            learning_rate,'] : []),
        ...own.map((one) => `            ${one.name}=${one.name},`),
        '        ),',
      ]),
  '        optax.scale_by_learning_rate(learning_rate),',
  '    )',
];
