import { execFile } from 'node:child_process';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NosError } from '../errors.ts';
import { packageFolder } from '../package-folder.ts';
import { messageOf, type OwnKind, ownError, placeIn, placeOf } from '../thrown.ts';
import { enableTypeScript } from './typescript.ts';

/** A module that is still loading after this time is taken never to end. Data belong into functions, which may take their time. */
const LOADING_SECONDS = 60;

/**
 * Imports a module of the user's own, which runs what stands in it.
 *
 * @param path As the user named it, from the working directory.
 * @param kind What it is to export.
 * @throws NosError of that kind's code if the module throws, imports what is not there, does not parse (with the place in its files),
 *   or never ends loading.
 */
export async function importModule(kind: OwnKind, path: string): Promise<Readonly<Record<string, unknown>>> {
  const url = pathToFileURL(resolve(path)).href;
  enableTypeScript(path);
  try {
    return await inTime(kind, import(url), path);
  } catch (thrown) {
    throw await importError(kind, path, url, thrown);
  }
}

/** Rejects when nothing is left that could let it end, or when its time is over. */
async function inTime<T>(kind: OwnKind, loading: Promise<T>, path: string): Promise<T> {
  let stop = (): void => undefined;
  const never = new Promise<never>((_, reject) => {
    const give = (): void => {
      const hint = 'await nothing at the top of the module that does not come; load data in its functions';
      reject(new NosError(kind, `${kind} module ${path}: never finished loading`, hint));
    };
    const timer = setTimeout(give, LOADING_SECONDS * 1_000).unref();
    process.once('beforeExit', give);
    stop = () => {
      clearTimeout(timer);
      process.off('beforeExit', give);
    };
  });
  try {
    return await Promise.race([loading, never]);
  } finally {
    stop();
  }
}

async function importError(kind: OwnKind, path: string, url: string, thrown: unknown): Promise<NosError> {
  const subject = `${kind} module ${path}`;
  const { code } = (thrown ?? {}) as { readonly code?: unknown };
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return missing(kind, path, thrown);
  if (!(thrown instanceof SyntaxError) || placeOf(thrown) !== undefined)
    return ownError(kind, subject, thrown);
  const place = await placeOfSyntaxError(url);
  const where = place === undefined ? '' : ` (${place})`;
  return new NosError(kind, `${subject}: ${messageOf(thrown)}${where}`, 'mend it', { cause: thrown });
}

/** Something that the module imports. */
function missing(kind: OwnKind, path: string, thrown: unknown): NosError {
  const message = messageOf(thrown);
  const [, what, wanted = ''] = /Cannot find (package|module) '([^']+)'/.exec(message) ?? [];
  const [, from = path] = /imported from (.+)$/.exec(message) ?? [];
  const isPackage = what === 'package' || !/^[./\\]|^[A-Za-z]:/.test(wanted);
  const name = isPackage ? `the package '${wanted}'` : wanted;
  const text = `${kind} module ${path}: cannot find ${name}, which ${basename(from)} imports`;
  const hint = isPackage
    ? `in ${dirname(resolve(from))}: npm install ${sourceOf(wanted)}`
    : 'mend the import';
  return new NosError(kind, text, hint, { cause: thrown });
}

/** What to install for a package: this one is where it is, as its registry need not have it. */
function sourceOf(name: string): string {
  const own = 'neural-optimizer-search';
  if (name === own || name.startsWith(`${own}/`)) return fileURLToPath(packageFolder).replace(/[/\\]$/, '');
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * The errors of V8's parser do not say where in a module they were, but Node.js prints it for one that nobody catches: so another
 * process imports the module. None of it runs there, as it does not parse.
 */
function placeOfSyntaxError(url: string): Promise<string | undefined> {
  const script = 'await import(process.argv[1])';
  const args = ['--input-type=module', '--eval', script, url];
  return new Promise((found) => {
    execFile(process.execPath, args, { timeout: 10_000, killSignal: 'SIGKILL' }, (_, __, stderr) => {
      found(placeIn(stderr));
    });
  });
}
