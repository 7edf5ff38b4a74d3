import { Swatch } from './rules.tsx';
import { LIMITS, within } from './state.ts';

interface RateProps {
  readonly index: number;
  /** What it is the learning rate of, to those who do not see it: `rule 1, adam`. */
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

/** Exponents of the slider; the number beside it takes any learning rate. */
const [LOW, HIGH] = [-6, 1];
const STEP = 0.05;

/** A learning rate, as a slider over powers of ten and as a number. */
export function Rate({ index, label, value, onChange }: RateProps) {
  return (
    <div class="rate">
      <Swatch index={index} />
      <span class="rule">{label}</span>
      <input
        type="range"
        min={LOW}
        max={HIGH}
        step={STEP}
        value={within(Math.log10(value), [LOW, HIGH])}
        aria-label={`Learning rate of ${label}`}
        aria-valuetext={`λ ${value}`}
        onInput={(event) => onChange(rounded(10 ** Number(event.currentTarget.value)))}
      />
      <label>
        λ
        <input
          type="number"
          step="any"
          min={LIMITS.learningRate[0]}
          max={LIMITS.learningRate[1]}
          value={value}
          aria-label={`Learning rate of ${label}, as a number`}
          onChange={(event) => {
            const typed = Number(event.currentTarget.value);
            if (typed > 0) onChange(within(typed, LIMITS.learningRate));
          }}
        />
      </label>
    </div>
  );
}

export const rounded = (value: number): number => Number(value.toPrecision(3));
