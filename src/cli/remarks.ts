import type { Context } from './command.ts';

/** Says what is odd about rules that are about to be trained, on stderr; nothing for most. */
export async function noteRemarks(rules: readonly string[], { stderr }: Context): Promise<void> {
  const { remarksOn, resolveRule } = await import('../rules/index.ts');
  for (const text of rules) {
    for (const remark of remarksOn(resolveRule(text))) stderr.note(`'${text}': ${remark}`);
  }
}
