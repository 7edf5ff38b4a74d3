import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NosError } from '../errors.ts';
import { withoutHash } from '../evaluation/index.ts';
import { shown } from '../shown.ts';
import type { OwnKind } from '../thrown.ts';
import { importModule } from './import.ts';

/** What a module of the user's own stands for: it exports one by the name of the kind. */
export interface ModuleKind {
  readonly kind: OwnKind;
  /** The hint if there is no such file: what else may be named. */
  readonly nameOne: string;
  /** The hint if it exports none: what to write. */
  readonly writeOne: string;
}

const HASH = /#([0-9a-f]{12})$/;

/** The hash in a reference, if it has one. */
export function moduleHash(reference: string): string | undefined {
  return HASH.exec(reference)?.[1];
}

/** Whether a name is that of a module, by its text alone, whatever there is on this machine. */
export function isModuleName(name: string): boolean {
  return /^file:/i.test(name) || /\.[cm]?[jt]s$|[/\\]/.test(withoutHash(name));
}

/**
 * Whether a name is that of a module: by its text, or because there is a file of that name and nothing else has it.
 *
 * @param isRegistered Whether something that comes with the package has the name.
 */
export function namesModule(name: string, isRegistered: boolean): boolean {
  return isModuleName(name) || (!isRegistered && existsSync(resolve(name)));
}

/**
 * What a module is known by on this machine: its absolute path and a hash of its text, `/home/me/spirals.mjs#6b1f0c2d9e8a`. A module
 * that has changed is another one. (What it imports is not looked at.)
 *
 * @param name Its path from the working directory, its `file:` URL, or a reference.
 * @throws NosError `unknown-name` if there is no such file; `bad-option` for a URL that is not of a file.
 */
export async function moduleReference(kind: ModuleKind, name: string): Promise<string> {
  const path = pathOf(kind, name);
  return `${resolve(path)}#${moduleHash(name) ?? (await hashOf(kind, path))}`;
}

/**
 * The reference of what a module is now, without an import: another one if its text has changed. A name without a hash stays.
 *
 * @throws NosError `unknown-name` if there is no such file any more.
 */
export async function presentReference(kind: ModuleKind, reference: string): Promise<string> {
  if (moduleHash(reference) === undefined) return reference;
  const path = pathOf(kind, reference);
  return `${path}#${await hashOf(kind, path)}`;
}

/**
 * What a module exports by the name of the kind. It is imported, which runs what stands in it, unless it is not what its reference
 * was made of.
 *
 * @throws NosError `unknown-name`, `bad-option`; the kind's code for what goes wrong in the module.
 */
export async function exportOf(kind: ModuleKind, reference: string): Promise<object> {
  const path = pathOf(kind, reference);
  const hash = await hashOf(kind, path);
  if (hash !== (moduleHash(reference) ?? hash)) {
    throw new NosError(
      'bad-option',
      `${kind.kind} module ${path}: it has changed since the run began`,
      'undo the change to go on with the run, or start a new one',
    );
  }
  return exportIn(kind, path, await importModule(kind.kind, path));
}

function exportIn(
  { kind, writeOne }: ModuleKind,
  path: string,
  module: Readonly<Record<string, unknown>>,
): object {
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  const own = module[kind];
  if (isObject(own)) return own;
  // Node.js does not always see the names that a CommonJS module exports.
  const whole = module.default;
  const inWhole = isObject(whole) && kind in whole ? (whole as Record<string, unknown>)[kind] : undefined;
  if (isObject(inWhole)) return inWhole;
  const names = Object.keys(module);
  const exported = names.length === 0 ? 'it exports nothing' : `it exports ${names.join(', ').slice(0, 100)}`;
  const found = own === undefined ? exported : `its export '${kind}' is ${shown(own)}`;
  throw new NosError(
    'bad-option',
    `${kind} module ${path}: ${found}; expected an export named '${kind}'`,
    writeOne,
  );
}

/** The path of a module; from the working directory if it lies in there, so that it is short in messages, whoever made the reference. */
function pathOf(kind: ModuleKind, name: string): string {
  const path = filePathOf(kind, withoutHash(name));
  const within = relative(process.cwd(), resolve(path));
  return isAbsolute(path) && within !== '' && !/^\.\.|^[a-z]:/i.test(within) ? within : path;
}

function filePathOf({ kind, nameOne }: ModuleKind, path: string): string {
  if (!/^file:/i.test(path)) return path;
  try {
    return fileURLToPath(path);
  } catch (cause) {
    throw new NosError('bad-option', `${kind} module ${path}: not a URL of a file`, nameOne, { cause });
  }
}

async function hashOf({ kind, nameOne }: ModuleKind, path: string): Promise<string> {
  const text = await readFile(resolve(path)).catch((cause: NodeJS.ErrnoException) => {
    const reason = REASONS[cause.code ?? ''] ?? cause.message;
    throw new NosError('unknown-name', `${kind} module ${path}: ${reason}`, nameOne, { cause });
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'it is a folder, not a file',
  EACCES: 'it cannot be read: permission denied',
};
