import { answer } from './answer.ts';
import type { Answer, Question } from './protocol.ts';

// Typed by hand: the library of types of a worker cannot stand beside that of a page.
const scope = self as unknown as {
  onmessage: (event: MessageEvent<Question>) => void;
  postMessage(answer: Answer): void;
};

scope.onmessage = ({ data: { id, request } }) => {
  try {
    scope.postMessage({ id, answer: answer(request) });
  } catch (error) {
    scope.postMessage({ id, trouble: String(error) });
  }
};
