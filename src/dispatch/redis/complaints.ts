import type { NoticeSubject } from '../dispatcher.ts';
import { type Connection, isGarbled, isOutage } from './connection.ts';
import { isRefusal } from './refusal.ts';
import { sayable } from './wire.ts';

/** Texts that are remembered: far more than there are, unless somebody makes them up. */
const MOST = 1_000;

/** Stands for what cannot be read, as anybody may have written it. */
const GARBLED = 'something of ours was overwritten there; let only nos use that Redis';

/** Says what is wrong with a Redis: everything once, and what Redis refuses again if it refuses it again later. */
export class Complaints {
  readonly #connection: Pick<Connection, 'place' | 'redact' | 'refusal'>;
  readonly #listener: (text: string, about: NoticeSubject) => void;
  readonly #told = new Set<string>();
  /** The text of what Redis refuses for the moment. */
  #refused: string | undefined;

  constructor(
    connection: Pick<Connection, 'place' | 'redact' | 'refusal'>,
    listener: (text: string, about: NoticeSubject) => void,
  ) {
    this.#connection = connection;
    this.#listener = listener;
  }

  /** Whether Redis refused what was written last. */
  get refused(): boolean {
    return this.#refused !== undefined;
  }

  say(text: string, about: NoticeSubject = 'other'): void {
    if (this.#told.has(text) || this.#told.size >= MOST) return;
    this.#told.add(text);
    this.#listener(text, about);
  }

  /** Says what is wrong, unless it is an outage, which the connection says. */
  complain(error: unknown): void {
    if (error instanceof Error && !isOutage(error)) this.say(this.#textOf(error));
  }

  /** Does what needs Redis. An error is said, and then there is no result. */
  async attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.complain(error);
      return undefined;
    }
  }

  /** Does what is written to Redis again and again: as {@link attempt}, and says when Redis takes it again after a refusal. */
  async attemptAgain(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      if (this.#refused !== undefined) this.#recover(this.#refused);
    } catch (error) {
      if (isRefusal(error)) this.#refused = this.#textOf(error);
      this.complain(error);
    }
  }

  #recover(refused: string): void {
    this.#refused = undefined;
    this.#told.delete(refused);
    this.#listener(`${this.#connection.place} takes commands again`, 'other');
  }

  #textOf(error: Error): string {
    const { place, redact, refusal } = this.#connection;
    // What cannot be read is not shown either.
    if (isGarbled(error)) return `${place}: ${GARBLED}`;
    if (!isRefusal(error)) return `${place}: ${sayable(redact(error.message))}`;
    const { message, hint } = refusal(error);
    return sayable(`${message}: waiting; ${hint}`);
  }
}
