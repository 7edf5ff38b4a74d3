import { useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, AnswerOf, Question, Request } from './protocol.ts';

/** A worker that answers questions, in their order. */
export class Assistant {
  readonly #worker = new Worker(new URL('./calculate.worker.ts', import.meta.url), { type: 'module' });
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #asked = 0;

  constructor() {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    };
  }

  /** @throws Error with what went wrong in the worker. */
  ask<R extends Request>(request: R): Promise<AnswerOf<R>> {
    const question: Question = { id: this.#asked++, request };
    this.#worker.postMessage(question);
    return new Promise((resolve, reject) => {
      this.#waiting.set(question.id, (answer) =>
        'answer' in answer ? resolve(answer.answer as AnswerOf<R>) : reject(new Error(answer.trouble)),
      );
    });
  }
}

/**
 * The answer to the newest request that is answered, with that request. While the assistant is at work, only the newest of the requests
 * is kept, so that what is shown follows a hand that drags.
 */
export function useLatest<R extends Request>(
  assistant: Assistant,
  request: R,
): { readonly request: R; readonly answer: AnswerOf<R> } | undefined {
  const [latest, setLatest] = useState<{ readonly request: R; readonly answer: AnswerOf<R> }>();
  const wanted = useRef(request);
  const busy = useRef(false);
  const key = JSON.stringify(request);
  useEffect(() => {
    wanted.current = request;
    if (busy.current) return;
    busy.current = true;
    const follow = async (): Promise<void> => {
      let asked: R | undefined;
      try {
        while (asked !== wanted.current) {
          asked = wanted.current;
          setLatest({ request: asked, answer: await assistant.ask(asked) });
        }
      } finally {
        busy.current = false;
      }
    };
    void follow();
  }, [assistant, key]);
  return latest;
}
