import { h } from 'preact';
import { type MathNode, mathOf } from './mathml.ts';

/** A rule's step as a formula that the browser sets itself, and screen readers read; as its LaTeX if that has a command we do not know. */
export function StepFormula({ latex }: { readonly latex: string }) {
  const math = mathOf(`w \\leftarrow w - \\lambda \\cdot \\left(${latex}\\right)`);
  if (math === undefined) return <code>{latex}</code>;
  return h('math', { display: 'block' }, elementOf(math));
}

function elementOf({ tag, text, parts = [], upright }: MathNode): ReturnType<typeof h> {
  const attributes = {
    ...(upright && { mathvariant: 'normal' }),
    ...(tag === 'mover' && { accent: 'true' }),
  };
  return h(tag, attributes, text ?? parts.map(elementOf));
}
