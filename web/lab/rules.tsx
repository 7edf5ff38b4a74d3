import { catalogue } from '../../src/rules/index.ts';
import type { Change } from './address.ts';
import { type Entry, type LabState, LIMITS } from './state.ts';
import type { Fault, RuleView } from './view.ts';

interface RulesProps {
  readonly state: LabState;
  /** One per rule of the state. */
  readonly views: readonly (RuleView | Fault)[];
  readonly change: Change;
}

/** The rules as texts to type into, each with what is wrong with it. The one that has the focus is described below. */
export function Rules({ state: { rules, chosen }, views, change }: RulesProps) {
  const setText = (i: number, text: string): void =>
    change({ rules: rules.map((entry, j) => (j === i ? { ...entry, text } : entry)) });
  const remove = (i: number): void => {
    const left = rules.filter((_, j) => j !== i);
    change({ rules: left, chosen: Math.min(chosen > i ? chosen - 1 : chosen, left.length - 1) });
  };
  return (
    <section aria-labelledby="rules-title">
      <h2 id="rules-title">Rules</h2>
      <ol class="rules">
        {rules.map((entry, i) => (
          // A rule has no name but its place.
          <li key={i} aria-current={i === chosen ? 'true' : undefined}>
            <Swatch index={i} />
            <RuleInput
              {...{ index: i, entry, view: views[i]! }}
              onText={(text) => setText(i, text)}
              onFocus={() => change({ chosen: i })}
            />
            <button
              type="button"
              class="quiet"
              disabled={rules.length === 1}
              aria-label={`Remove rule ${i + 1}`}
              onClick={() => remove(i)}
            >
              ✕
            </button>
            <FaultText index={i} view={views[i]!} />
          </li>
        ))}
      </ol>
      <datalist id="catalogue">
        {catalogue.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </datalist>
      <div class="bar">
        <button
          type="button"
          disabled={rules.length === LIMITS.rules}
          onClick={() => change({ rules: [...rules, FRESH], chosen: rules.length })}
        >
          Add a rule
        </button>
        <span class="faint small">
          A name such as <code>adam</code> or <code>powersign</code>, or a text of <code>g</code>,{' '}
          <code>m</code>, <code>v</code>, <code>w</code>, numbers and functions: <code>sign(g) * abs(m)</code>
        </span>
      </div>
    </section>
  );
}

const FRESH: Entry = { text: 'sign(m)', planeRate: 0.01, digitsRate: 0.001 };

interface RuleInputProps {
  readonly index: number;
  readonly entry: Entry;
  readonly view: RuleView | Fault;
  readonly onText: (text: string) => void;
  readonly onFocus: () => void;
}

function RuleInput({ index, entry, view, onText, onFocus }: RuleInputProps) {
  const wrong = view.kind === 'fault';
  return (
    <input
      type="text"
      class="mono"
      aria-label={`Rule ${index + 1}`}
      aria-invalid={wrong}
      aria-describedby={wrong ? `fault-${index}` : undefined}
      list="catalogue"
      autocomplete="off"
      autocapitalize="off"
      spellcheck={false}
      maxLength={LIMITS.text}
      value={entry.text}
      onInput={(event) => onText(event.currentTarget.value)}
      onFocus={onFocus}
    />
  );
}

/** What is wrong with a text, with a caret below the place. */
function FaultText({ index, view }: { readonly index: number; readonly view: RuleView | Fault }) {
  if (view.kind === 'rule') return null;
  return (
    <div id={`fault-${index}`} class="fault" role="status">
      {view.pointed && <pre aria-hidden="true">{view.pointed}</pre>}
      <span class="bad">{view.message}</span>
      {view.hint && <span class="faint small"> {view.hint}</span>}
    </div>
  );
}

/** A short piece of the line that stands for a rule in every picture. */
export function Swatch({ index }: { readonly index: number }) {
  return (
    <svg class="swatch" width="30" height="10" aria-hidden="true">
      <line x1="1" y1="5" x2="29" y2="5" class={`line series-${index + 1}`} />
    </svg>
  );
}
