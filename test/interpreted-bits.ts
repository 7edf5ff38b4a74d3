import { stream } from '../src/random/index.ts';
import { interpretRule, printRule } from '../src/rules/index.ts';
import { sampledRules } from './sampled-rules.ts';

const SIZE = 8;
const STEPS = 100;

/**
 * A line for each of 1,000 random rules: a hash of the bits of all weights after each of 100 interpreted steps, and the rule. Runs in
 * Node.js and in browsers. A NaN counts as one, as its sign and payload have no meaning.
 */
export function interpretedBits(): string {
  const lines: string[] = [];
  for (const rule of sampledRules(125)) {
    const random = stream(11, 'interpreted bits', lines.length);
    const weights = Float32Array.from({ length: SIZE }, () => random.normal());
    const gradient = new Float32Array(SIZE);
    const stepper = interpretRule(rule).start({ size: SIZE, steps: STEPS, seed: 3 });
    let hash = 0x811c9dc5;
    for (let t = 0; t < STEPS; t++) {
      for (let i = 0; i < SIZE; i++) gradient[i] = 0.1 * (weights[i] as number) + random.normal();
      stepper.step(weights, gradient, 0.01);
      const words = new Uint32Array(weights.buffer);
      for (let i = 0; i < SIZE; i++) {
        hash = Math.imul(hash ^ (Number.isNaN(weights[i]) ? 0x7fc00000 : (words[i] as number)), 0x01000193);
      }
    }
    lines.push(`${(hash >>> 0).toString(16).padStart(8, '0')} ${printRule(rule)}`);
  }
  return lines.join('\n');
}
