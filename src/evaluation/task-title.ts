/** The hash of a module's text, at the end of the reference of a task that it exports. */
const HASH = /#[0-9a-f]{12}$/;

/** A task's reference without the hash of its module. */
export const withoutHash = (reference: string): string => reference.replace(HASH, '');

/**
 * A task's reference for people: a module by its file name alone, as a picture is shown to others.
 *
 * @example taskTitle('/home/me/spirals.mjs#6b1f0c2d9e8a') // 'spirals.mjs'
 */
export function taskTitle(reference: string): string {
  return withoutHash(reference).replace(/^.*[/\\]/, '');
}
