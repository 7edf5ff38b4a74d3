import { createSession, type Session } from './session.ts';
import type { Tensor } from './tensor.ts';

/** Sessions of one graph, by batch size: each is made when it is first asked for, and kept. */
export class SessionCache {
  readonly #graph: (batch: number) => Readonly<Record<string, Tensor>>;
  readonly #sessions = new Map<number, Promise<Session>>();

  constructor(graph: (batch: number) => Readonly<Record<string, Tensor>>) {
    this.#graph = graph;
  }

  of(batch: number): Promise<Session> {
    const session = this.#sessions.get(batch) ?? createSession(this.#graph(batch));
    this.#sessions.set(batch, session);
    return session;
  }

  /** Frees the sessions. */
  async close(): Promise<void> {
    const sessions = await Promise.all(this.#sessions.values());
    this.#sessions.clear();
    await Promise.all(sessions.map((session) => session.close()));
  }
}
