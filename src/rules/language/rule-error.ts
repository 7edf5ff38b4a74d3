import { NosError } from '../../errors.ts';

/** A rule text that is no rule: says what is wrong, at which column, and what was expected. Code 'bad-rule'. */
export class RuleError extends NosError {
  /** The whole rule text. */
  readonly text: string;
  /** Index into `text` of the place; the column in the message is this plus one. */
  readonly position: number;
  /** The message without the column. */
  readonly reason: string;

  constructor(
    message: string,
    {
      text,
      position,
      hint = '',
    }: { readonly text: string; readonly position: number; readonly hint?: string },
  ) {
    super('bad-rule', `${message} at column ${position + 1}`, hint);
    this.name = 'RuleError';
    this.reason = message;
    this.text = text;
    this.position = position;
  }

  /** The same error with another hint. */
  withHint(hint: string): RuleError {
    return new RuleError(this.reason, { text: this.text, position: this.position, hint });
  }
}

/** How much of a long rule is shown on either side of the place. */
const SHOWN = 60;

/**
 * The rule text with a caret under the place, as two lines; a long text is cut to its surroundings.
 *
 *     foo(g) * m
 *     ^
 */
export function pointAt({ text, position }: { readonly text: string; readonly position: number }): string {
  const start = Math.max(0, position - SHOWN);
  const before = (start > 0 ? '…' : '') + text.slice(start, position);
  const after = text.slice(position, position + SHOWN) + (position + SHOWN < text.length ? '…' : '');
  return `${oneLine(before + after)}\n${' '.repeat(before.length)}^`;
}

const oneLine = (text: string): string => text.replaceAll(/\s/g, ' ');
