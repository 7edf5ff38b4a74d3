import type { ComponentChildren } from 'preact';
import { type Assistant, useLatest } from './assistant.ts';
import { StepFormula } from './formula.tsx';
import type { Fault, Likeness, RuleView } from './view.ts';

interface DescriptionProps {
  readonly view: RuleView | Fault;
  readonly assistant: Assistant;
}

/** `2 numbers per weight and 1 number per tensor`. */
const memoryText = (view: RuleView): string =>
  [
    ...(view.slots === 0 ? [] : [`${plural(view.slots, 'number')} per weight`]),
    ...(
      [
        [view.slotsPerRow, 'per row'],
        [view.slotsPerColumn, 'per column'],
        [view.slotsPerTensor, 'per tensor'],
        [view.slotsPerNetwork, 'for all'],
      ] as const
    ).flatMap(([count, of]) => (count === 0 ? [] : [`${plural(count, 'number')} ${of}`])),
  ].join(' and ') || 'none';

/** What the chosen rule is: its formula, its canonical form, its names, and what it costs. */
export function Description({ view, assistant }: DescriptionProps) {
  return (
    <section aria-labelledby="description-title">
      <h2 id="description-title">What it is</h2>
      {view.kind === 'fault' ? (
        <p class="faint">The text is no rule yet.</p>
      ) : (
        <Facts view={view} assistant={assistant} />
      )}
    </section>
  );
}

function Facts({ view, assistant }: { readonly view: RuleView; readonly assistant: Assistant }) {
  const latest = useLatest(assistant, { kind: 'compare', text: view.text });
  const likeness = latest?.request.text === view.text ? latest.answer : undefined;
  return (
    <div class="card">
      <div class="formula block">
        <StepFormula latex={view.latex} />
      </div>
      <dl class="facts">
        <Fact title="Canonical form">
          <code class="rule">{view.canonical}</code>
        </Fact>
        <Fact title="Same key">{view.names.join(', ') || 'none in the catalogue'}</Fact>
        <Fact title="Same behaviour">{likenessText(view.names, likeness)}</Fact>
        <Fact title="Memory">{memoryText(view)}</Fact>
        <Fact title="Cost">{plural(view.operations, 'operation')} per weight and step</Fact>
        <Fact title="Key">
          <code>{view.key}</code>
        </Fact>
      </dl>
      {view.remarks.length > 0 && (
        <ul class="notice">
          {view.remarks.map((remark) => (
            <li key={remark}>Remark: {remark}.</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Fact({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Names of rules that are written in another way, and do the same. */
function likenessText(byKey: readonly string[], likeness: Likeness | undefined): string {
  if (likeness === undefined) return '…';
  const others = likeness.same.filter((name) => !byKey.includes(name));
  const scaled = likeness.scaled.map(({ name, factor }) => `${name} at ${Number(factor.toPrecision(2))} λ`);
  return [...others, ...scaled].join(', ') || (byKey.length > 0 ? 'no others' : 'none in the catalogue');
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
