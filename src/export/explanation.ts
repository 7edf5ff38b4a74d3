import { operations } from '../rules/index.ts';
import type { ExportSource } from './target.ts';
import { indented, wrapped } from './text.ts';

/** What a text says of its rule before it says how it is used: the formula, what stands in it, its source, learning rates. */
export function explanation(source: Omit<ExportSource, 'plan'>, width: number): readonly string[] {
  const { rule, definitions, source: from, advice } = source;
  const inner = (text: string): readonly string[] => indented(wrapped(text, width - 4, '    '), '    ');
  return [
    'The update is',
    '',
    ...inner(`w <- w - lr * u,  u = ${rule}`),
    '',
    ...(definitions.length === 0
      ? ['where g is the gradient and w the weight.']
      : ['where g is the gradient, w the weight, and', '', ...definitions.flatMap(inner)]),
    ...(from ? ['', ...wrapped(`Source: ${from}.`, width)] : []),
    ...advice.flatMap((line) => ['', ...wrapped(line, width)]),
  ];
}

/** What needs no definition: functions that everybody knows, and the two inputs. */
const KNOWN = new Set(['input', 'element', 'self']);

/** What the names in a rule's text stand for, each behind the name that needs it: `ema(x, b): …`. */
export function definitionsIn(text: string): readonly string[] {
  const found = new Map<string, string>();
  const note = (part: string): void => {
    for (const [word, ofAll] of part.matchAll(/\bglobal\((\w+)|\b[A-Za-z]\w*/g)) {
      const name = ofAll === undefined ? word : `global ${ofAll}`;
      const operation = operations.get(name);
      if (operation === undefined || found.has(name)) continue;
      if (KNOWN.has(operation.kind) && name !== 'clip') continue;
      const { kind, arity, argumentNames = ['x', 'y'], parameters, summary } = operation;
      const args = [...argumentNames.slice(0, arity), ...parameters.map((parameter) => parameter.name)];
      const applied = args.length === 0 ? name : `${name}(${args.join(', ')})`;
      const call = ofAll === undefined ? applied : `global(${ofAll}(x))`;
      found.set(name, `${call}${kind === 'macro' ? ' = ' : ': '}${summary}`);
      if (kind === 'macro') note(summary);
    }
  };
  note(text);
  return [...found.values()];
}
