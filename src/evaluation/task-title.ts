/** The hash of a module's text, at the end of the reference of a task that it exports. */
const HASH = /#[0-9a-f]{12}$/;

/** A task's reference without the hash of its module. */
export const withoutHash = (reference: string): string => reference.replace(HASH, '');

/**
 * The file name of a task that is a file, and the name of another.
 *
 * @example taskFileName('/home/me/spirals.mjs#6b1f0c2d9e8a') // 'spirals.mjs'
 */
export const taskFileName = (reference: string): string => withoutHash(reference).replace(/^.*[/\\]/, '');

/** What a program's task file is usually called, which says nothing of it. */
const USUAL = /(?:^|[/\\])([^/\\]+)[/\\]nos\.task\.json$/;

/**
 * A task's reference for people, as a picture is shown to others: a module by its file name alone, a program by that of its task file, or by its
 * folder if the file has the usual name.
 *
 * @example taskTitle('/home/me/spirals.mjs#6b1f0c2d9e8a') // 'spirals.mjs'
 * @example taskTitle('/home/me/tiny-net/nos.task.json#6b1f0c2d9e8a') // 'tiny-net'
 */
export const taskTitle = (reference: string): string =>
  USUAL.exec(withoutHash(reference))?.[1] ?? taskFileName(reference).replace(/\.task\.json$/, '');
