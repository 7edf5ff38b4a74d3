import { useEffect, useState } from 'preact/hooks';
import { NosError } from '../../src/errors.ts';
import { exportRule, targets } from '../../src/export/index.ts';
import type { Change } from './address.ts';
import type { LabState } from './state.ts';
import type { Fault, RuleView } from './view.ts';

interface ExportedProps {
  readonly state: LabState;
  readonly view: RuleView | Fault;
  readonly change: Change;
}

/** The chosen rule as code or as a formula for another framework, to copy. */
export function Exported({ state: { target, rules, chosen }, view, change }: ExportedProps) {
  const learningRate = rules[chosen]!.digitsRate;
  const text = view.kind === 'rule' ? exportedText(view, target, learningRate) : undefined;
  return (
    <section aria-labelledby="exported-title">
      <h2 id="exported-title">Take it along</h2>
      <div class="bar">
        <label>
          For
          <select value={target} onChange={(event) => change({ target: event.currentTarget.value })}>
            {targets.entries.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <CopyButton text={text} />
        <span class="faint small">{targets.find(target).description}</span>
      </div>
      <textarea
        class="exported mono"
        aria-label="Exported text"
        readOnly
        spellcheck={false}
        rows={18}
        wrap="off"
        value={text ?? 'The text is no rule yet.'}
      />
    </section>
  );
}

function exportedText({ rule, text }: RuleView, target: string, learningRate: number): string {
  try {
    return exportRule(rule, target, { text, learningRate });
  } catch (error) {
    if (error instanceof NosError) return `${error.message}\n${error.hint}`;
    throw error;
  }
}

function CopyButton({ text }: { readonly text: string | undefined }) {
  const [said, say] = useState('');
  useEffect(() => say(''), [text]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text!);
      say('Copied');
    } catch {
      // Pages that came over plain HTTP from another machine have no clipboard.
      say('The browser does not let this page copy: select the text instead');
    }
  };
  return (
    <>
      <button type="button" disabled={text === undefined} onClick={copy}>
        Copy
      </button>
      <span role="status" class="good small">
        {said}
      </span>
    </>
  );
}
