import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import type { RunEntry } from '../../src/studio/documents.ts';
import { figure } from './format.ts';
import type { Refused } from './server.ts';

/** What went wrong, and what to do about it. */
export function Trouble({ error }: { readonly error: Refused }) {
  return (
    <p class="notice bad" role="alert">
      {error.message}
      {error.hint && <span class="faint"> — {error.hint}</span>}
    </p>
  );
}

export function Status({ status }: Pick<RunEntry, 'status'>) {
  return <span class={`badge ${status}`}>{status}</span>;
}

/** Terms with their values, in a row. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'search' | 'number' | 'text';
  readonly placeholder?: string;
  readonly step?: string;
}

/** A text to type, with its label before it. */
export function Field({ label, value, onChange, type = 'text', placeholder, step }: FieldProps) {
  const id = useId();
  return (
    <label for={id}>
      {label}
      <input
        id={id}
        type={type as 'text'}
        value={value}
        placeholder={placeholder}
        step={step}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChange: (value: string) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <label for={id}>
      {label}
      <select id={id} value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label>
      <input
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {label}
    </label>
  );
}

/** The best reward so far, as a line of a word's size. */
export function Sparkline({ sparkline: values, score }: Pick<RunEntry, 'sparkline' | 'score'>) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const y = (value: number) => (high === low ? 10 : 18 - (16 * (value - low)) / (high - low));
  const points = values.flatMap((value, i) =>
    value === null ? [] : [`${(i * 96) / 39 + 2},${y(value).toFixed(1)}`],
  );
  return (
    <svg
      class="spark"
      width="100"
      height="20"
      role="img"
      aria-label={`best ${score.metric} so far, from ${figure(known[0])} to ${figure(known.at(-1))}`}
    >
      <polyline points={points.join(' ')} fill="none" stroke="var(--series-1)" stroke-width="1.5" />
    </svg>
  );
}
