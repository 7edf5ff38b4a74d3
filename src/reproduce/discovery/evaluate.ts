import type { Evaluation, IdentifiedRequest } from '../../evaluation/index.ts';

/** Makes evaluations, or finds them, in the order of the requests. */
export type Evaluate = (requests: readonly IdentifiedRequest[]) => Promise<readonly Evaluation[]>;

/** Is thrown by those who only look evaluations up: some are not there. */
export class NotMade extends Error {
  readonly made: number;
  readonly wanted: number;

  constructor(made: number, wanted: number) {
    super(`${made} of ${wanted} evaluations are there`);
    this.name = 'NotMade';
    this.made = made;
    this.wanted = wanted;
  }
}

/** Looks evaluations up without making any. @throws NotMade. */
export function lookUp(find: (request: IdentifiedRequest) => Promise<Evaluation | undefined>): Evaluate {
  return async (requests) => {
    const found = await Promise.all(requests.map(find));
    const made = found.filter((one) => one !== undefined);
    if (made.length < requests.length) throw new NotMade(made.length, requests.length);
    return made;
  };
}
