import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { NosError } from '../errors.ts';
import { shorten } from '../names.ts';

/** A class of Python: of a file, or of a module that is installed. */
export type ClassReference =
  | { readonly file: string; readonly class: string }
  | { readonly module: string; readonly class: string };

/** The class of a reference as people read it: `adam.py:Adam`. */
export const classText = (reference: ClassReference): string =>
  `${'file' in reference ? basename(reference.file) : reference.module}:${reference.class}`;

const CLASS = /^[\p{L}_][\p{L}\p{N}_]*$/u;
const MODULE = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/;
const EXAMPLE = 'write FILE:Class, as in adam.py:Adam, or MODULE:Class, as in torch.optim:Adam';

/**
 * Parses `FILE:Class` or `MODULE:Class`. What names a file is one; a module is looked up by Python alone.
 *
 * @param directory The folder that a relative path is of.
 * @throws NosError `bad-option` for a text that is none, and for a file that is not there.
 */
export function parseClassReference(text: string, directory: string): ClassReference {
  const colon = text.lastIndexOf(':');
  const [place, name] = [text.slice(0, colon), text.slice(colon + 1)];
  if (colon < 1) throw new NosError('bad-option', `'${shorten(text)}' names no class`, EXAMPLE);
  if (!CLASS.test(name)) {
    throw new NosError('bad-option', `'${shorten(name)}' cannot name a class of Python`, EXAMPLE);
  }
  const file = resolve(directory, place);
  if (existsSync(file)) {
    if (statSync(file).isFile()) return { file, class: name };
    throw new NosError('bad-option', `${shorten(place)} is no file`, EXAMPLE);
  }
  if (MODULE.test(place) && !place.endsWith('.py')) return { module: place, class: name };
  throw new NosError('bad-option', `no such file: ${place}`, EXAMPLE);
}
