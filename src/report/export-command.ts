import { shellWord } from '../shell.ts';

/** Writes the command that exports a rule, by its text or its name. */
export function exportCommandText(rule: string, target = 'pytorch'): string {
  const word = shellWord(rule);
  return /^'?-/.test(word) ? `nos export --to ${target} -- ${word}` : `nos export ${word} --to ${target}`;
}
