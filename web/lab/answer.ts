import { distanceToMinimum, runTrajectory, testFunctions } from '../../src/functions/index.ts';
import { interpretRule, resolveRule } from '../../src/rules/index.ts';
import type { AnswerOf, DescendRequest, Path, Request } from './protocol.ts';
import { likenessOf } from './view.ts';

/** Does what the page asks for. It interprets rules: no code is made of a text that may have come with a link. */
export function answer(request: Request): AnswerOf<Request> {
  return request.kind === 'descend' ? descend(request) : likenessOf(resolveRule(request.text));
}

function descend({ rules, testFunction: name, start, steps, seed }: DescendRequest): readonly Path[] {
  const testFunction = testFunctions.find(name);
  return rules.map(({ text, learningRate }) => {
    const rule = interpretRule(resolveRule(text));
    const { points, values, diverged } = runTrajectory({
      ...{ testFunction, rule, learningRate, steps, seed, start },
    });
    return {
      points: Float64Array.from(points.flat()),
      excess: Float64Array.from(values, (value) => value - testFunction.least),
      distance: distanceToMinimum(testFunction, points.at(-1)!),
      diverged,
    };
  });
}
