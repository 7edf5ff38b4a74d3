import { type Recorded, TOLERANCE } from '../recorded.ts';
import type { TestSource } from '../target.ts';
import { madeBy, wrapped } from '../text.ts';
import { WIDTH } from './python.ts';

/** How a framework replays a training, in lines of Python that leave the weights in a list `found`. */
export type Replay = (className: string, argumentsText: string) => readonly string[];

/** A test for pytest, or to be run by itself, of an exported Python module. */
export function pythonTest(
  { className, module, command, recorded, totalSteps }: TestSource,
  imports: readonly string[],
  replay: Replay,
): string {
  const given = totalSteps ? `, total_steps=${recorded.gradients.length}` : '';
  return [
    ...madeBy('#', command, WIDTH),
    '# SPDX-License-Identifier: MIT',
    `"""Replays a recorded training on ${className}, and compares the weights."""`,
    ...imports,
    '',
    `from ${module} import ${className}`,
    '',
    ...listLines('WEIGHTS', recorded.initial),
    'GRADIENTS = [',
    ...recorded.gradients.map((gradient) => `    [${gradient.map(literal).join(', ')}],`),
    ']',
    ...listLines('EXPECTED', recorded.expected),
    '',
    '',
    'def test_steps_as_recorded():',
    ...replay(className, `lr=${literal(recorded.learningRate)}${given}`).map((line) => `    ${line}`),
    '    for value, expected in zip(found, EXPECTED):',
    `        assert abs(value - expected) <= ${literal(TOLERANCE.relative)} * abs(expected) + ${literal(TOLERANCE.absolute)}`,
    '',
    '',
    'if __name__ == "__main__":',
    '    test_steps_as_recorded()',
    '    print("steps as recorded")',
    '',
  ].join('\n');
}

const literal = (value: number): string => (Number.isInteger(value) ? `${value}.0` : String(value));

/** A list on one line: the numbers are few. */
const listLines = (name: string, values: Recorded['initial']): readonly string[] =>
  wrapped(`${name} = [${values.map(literal).join(', ')}]`, WIDTH, '    ');
