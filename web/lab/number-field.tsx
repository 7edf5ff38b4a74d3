import { within } from './state.ts';

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly limits: readonly [low: number, high: number];
  /** Whether only whole numbers are taken. */
  readonly whole?: boolean;
  readonly onChange: (value: number) => void;
}

/** A number between limits; what is no number changes nothing. */
export function NumberField({ label, value, limits, whole = false, onChange }: NumberFieldProps) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={limits[0]}
        max={limits[1]}
        step={whole ? 1 : 'any'}
        value={value}
        onChange={({ currentTarget }) => {
          const typed = currentTarget.valueAsNumber;
          const taken = Number.isFinite(typed) ? within(whole ? Math.round(typed) : typed, limits) : value;
          currentTarget.value = String(taken);
          onChange(taken);
        }}
      />
    </label>
  );
}
