import type * as z from 'zod';
import { NosError } from '../errors.ts';
import { type OptionSchemas, parseOptions } from '../options.ts';
import type { Task } from './task.ts';

type Values<S extends OptionSchemas> = { readonly [K in keyof S]: z.output<S[K]> };

/** Tasks that differ by options and are named with them: `cifar10-wide-resnet(depth=16,widening=2)`. */
export interface TaskFamily {
  readonly name: string;
  /** The options with their defaults, in order. */
  readonly defaults: Readonly<Record<string, number | string>>;
  /** @throws NosError `bad-option`. */
  create(options: Readonly<Record<string, number | string>>): Task;
}

/**
 * A family of tasks.
 *
 * @param create Makes the task of some options; it gets the task's canonical name: options that have their default are
 *   left out, the others stand in the order of `options`, so that equal tasks have equal names.
 */
export function defineFamily<S extends OptionSchemas>(definition: {
  readonly name: string;
  readonly options: S;
  readonly create: (name: string, options: Values<S>) => Task;
}): TaskFamily {
  const { name, options: schemas } = definition;
  const parse = (given: Readonly<Record<string, unknown>>) => parseOptions(`task '${name}'`, schemas, given);
  const defaults = parse({}) as Readonly<Record<string, number | string>>;
  return {
    name,
    defaults,
    create: (given) => {
      const options = parse(given);
      const chosen = Object.entries(options).filter(([key, value]) => value !== defaults[key]);
      const list = chosen.map(([key, value]) => `${key}=${value}`).join(',');
      return definition.create(list === '' ? name : `${name}(${list})`, options);
    },
  };
}

/** A name and what stands in parentheses behind it. */
const WITH_OPTIONS = /^([a-z][a-z0-9-]*)\((.*)\)$/;

/**
 * Takes a task's name apart.
 *
 * @throws NosError `bad-option` where an option is not `key=value`, or is given twice.
 * @example splitTaskName('cifar10-wide-resnet(depth=16)') // { name: 'cifar10-wide-resnet', options: { depth: 16 } }
 */
export function splitTaskName(text: string): {
  readonly name: string;
  readonly options: Readonly<Record<string, number | string>>;
} {
  const [, name = text, list = ''] = WITH_OPTIONS.exec(text) ?? [];
  const parts = list.split(',').filter((part) => part.trim() !== '');
  const options = parts.map((part) => splitOption(text, part));
  const keys = options.map(([key]) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) {
    throw new NosError('bad-option', `task '${text}': option '${twice}' is given twice`, 'give it once');
  }
  return { name, options: Object.fromEntries(options) };
}

function splitOption(task: string, part: string): readonly [string, number | string] {
  const [key = '', value = '', ...rest] = part.split('=').map((side) => side.trim());
  if (key === '' || value === '' || rest.length > 0) {
    const hint = "write options as in 'cifar10-wide-resnet(depth=16,widening=2)'";
    throw new NosError('bad-option', `task '${task}': expected key=value, got '${part.trim()}'`, hint);
  }
  return [key, Number.isNaN(Number(value)) ? value : Number(value)];
}
