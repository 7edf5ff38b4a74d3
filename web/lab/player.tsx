import { useEffect, useRef, useState } from 'preact/hooks';
import { within } from './state.ts';

export interface Player {
  /** The step up to which paths are shown. */
  readonly at: number;
  readonly playing: boolean;
  readonly speed: number;
  readonly show: (step: number) => void;
  readonly play: (on: boolean) => void;
  readonly setSpeed: (stepsPerSecond: number) => void;
}

/** Shows the whole path at first; plays it from the beginning, or goes step by step. */
export function usePlayer(steps: number): Player {
  const [shown, show] = useState(steps);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(60);
  const at = useRef(steps);
  at.current = Math.min(shown, steps);
  useEffect(() => show(steps), [steps]);
  useEffect(() => {
    if (!playing) return;
    // A frame's time may lie before the moment that asked for it: the first one only sets the clock.
    let before: number | undefined;
    let exact = at.current;
    let frame = requestAnimationFrame(function next(now) {
      exact = Math.min(steps, exact + ((now - (before ?? now)) / 1_000) * speed);
      before = now;
      show(Math.floor(exact));
      if (exact >= steps) setPlaying(false);
      else frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, speed, steps]);
  return {
    ...{ at: at.current, playing, speed, setSpeed },
    show: (step) => {
      setPlaying(false);
      show(within(step, [0, steps]));
    },
    play: (on) => {
      if (on && at.current >= steps) show(0);
      if (on && at.current >= steps) at.current = 0;
      setPlaying(on);
    },
  };
}

const SPEEDS = [5, 20, 60, 200, 1_000] as const;

export function Controls({
  at,
  playing,
  speed,
  steps,
  show,
  play,
  setSpeed,
}: Player & { readonly steps: number }) {
  return (
    <div class="bar controls">
      <button type="button" class="primary" onClick={() => play(!playing)}>
        {playing ? 'Pause' : 'Play'}
      </button>
      <button type="button" disabled={at === 0} onClick={() => show(at - 1)}>
        Step back
      </button>
      <button type="button" disabled={at === steps} onClick={() => show(at + 1)}>
        Step on
      </button>
      <label class="grow">
        Step
        <input
          type="range"
          min={0}
          max={steps}
          value={at}
          aria-valuetext={`step ${at} of ${steps}`}
          onInput={(event) => show(Number(event.currentTarget.value))}
        />
        <span class="steps">
          {at}/{steps}
        </span>
      </label>
      <label>
        Speed
        <select value={speed} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {one} steps/s
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}
