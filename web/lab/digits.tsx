import type { Change } from './address.ts';
import { Chart, type Line } from './chart.tsx';
import { NumberField } from './number-field.tsx';
import { bestOf, type TrainingCurve } from './progress.ts';
import { Rate } from './rate.tsx';
import { Swatch } from './rules.tsx';
import { type LabState, LIMITS, WIDTHS } from './state.ts';
import { type Trainer, type TrainerState, useTrainer } from './trainer.ts';
import type { Fault, RuleView } from './view.ts';

interface DigitsProps {
  readonly state: LabState;
  readonly views: readonly (RuleView | Fault)[];
  readonly change: Change;
}

/** Learning rates of a sweep: those of the paper. */
const RATES = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10] as const;

/** The rules on a small network that learns handwritten digits, in this page. */
export function Digits({ state, views, change }: DigitsProps) {
  const { rules, width, epochs, seed } = state;
  const trainer = useTrainer();
  const runners = rules.flatMap(({ text, digitsRate }, index) =>
    views[index]!.kind === 'rule' ? [{ index, text, learningRate: digitsRate }] : [],
  );
  const setRates = (rates: ReadonlyMap<number, number>): void =>
    change({ rules: rules.map((entry, i) => ({ ...entry, digitsRate: rates.get(i) ?? entry.digitsRate })) });
  return (
    <section aria-labelledby="digits-title">
      <h2 id="digits-title">On handwritten digits</h2>
      <p class="faint small">
        A network with one hidden layer learns 1,197 images of 8×8 points, batch by batch of 50, in this page;
        300 others tell how well. With 32 units it is the task <code>digits-mlp</code>.
      </p>
      <div class="bar">
        <label>
          Hidden units
          <select value={width} onChange={(event) => change({ width: Number(event.currentTarget.value) })}>
            {WIDTHS.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <NumberField
          {...{ label: 'Epochs', value: epochs, limits: LIMITS.epochs, whole: true }}
          onChange={(value) => change({ epochs: value })}
        />
        <NumberField
          {...{ label: 'Seed', value: seed, limits: LIMITS.seed, whole: true }}
          onChange={(value) => change({ seed: value })}
        />
        <button
          type="button"
          class="primary"
          disabled={runners.length === 0}
          onClick={() => trainer.begin({ kind: 'train', width, epochs, seed, rules: runners })}
        >
          Train
        </button>
        <button
          type="button"
          disabled={runners.length === 0}
          onClick={() =>
            trainer.begin({
              ...{ kind: 'sweep', width, seed, learningRates: RATES },
              rules: runners,
            })
          }
        >
          Sweep λ
        </button>
        <button type="button" disabled={trainer.state !== 'busy'} onClick={trainer.stop}>
          Stop
        </button>
        <Status state={trainer.state} />
      </div>
      <div class="rates">
        {runners.map(({ index, text, learningRate }) => (
          <Rate
            key={index}
            {...{ index, value: learningRate, label: text }}
            onChange={(value) => setRates(new Map([[index, value]]))}
          />
        ))}
      </div>
      <Curves trainer={trainer} />
      <Sweep trainer={trainer} texts={rules.map(({ text }) => text)} setRates={setRates} />
    </section>
  );
}

const WORDS = {
  idle: '',
  busy: 'At work; the first time, the engine of 3.7 MB is fetched',
  done: 'Done',
  stopped: 'Stopped',
} as const;

function Status({ state }: { readonly state: TrainerState }) {
  if (typeof state === 'string')
    return (
      <span role="status" class="faint small">
        {WORDS[state]}
      </span>
    );
  return (
    <span role="status" class="bad small">
      It failed: {state.trouble}
    </span>
  );
}

function Curves({ trainer: { trained } }: { readonly trainer: Trainer }) {
  if (trained === undefined) return null;
  const { request, curves } = trained;
  const steps = request.epochs * STEPS_PER_EPOCH;
  const lines = (points: (i: number) => Line['points'], marked = false): readonly Line[] =>
    request.rules.map(({ text, index }, i) => ({ label: text, index, points: points(i), marked }));
  return (
    <>
      <div class="columns">
        <Chart
          title="Training loss, by step"
          x={{ label: 'step', from: 1, to: steps }}
          y={{ label: 'training loss', log: true }}
          lines={lines((i) => curves[i]!.losses.map((loss, step) => [step + 1, loss]))}
        />
        <Chart
          title="Validation accuracy, by epoch"
          x={{ label: 'epoch', from: 1, to: request.epochs }}
          y={{ label: 'validation accuracy', from: 0, to: 1 }}
          lines={lines((i) => curves[i]!.epochs.map(({ accuracy }, epoch) => [epoch + 1, accuracy]), true)}
        />
      </div>
      <table class="curves">
        <caption class="sr">Trainings</caption>
        <thead>
          <tr>
            <th>rule</th>
            <th class="number">λ</th>
            <th class="number">epoch</th>
            <th class="number">loss</th>
            <th class="number">accuracy</th>
          </tr>
        </thead>
        <tbody>
          {request.rules.map((rule, i) => (
            <tr key={rule.index}>
              <td class="rule">
                <Swatch index={rule.index} /> {rule.text}
              </td>
              <td class="number">{rule.learningRate}</td>
              <End curve={curves[i]!} />
            </tr>
          ))}
        </tbody>
      </table>
      <Epochs {...trained} />
    </>
  );
}

/** Every number of the curves, for those who do not see them, and to copy. */
function Epochs({ request, curves }: NonNullable<Trainer['trained']>) {
  const last = Math.max(...curves.map(({ epochs }) => epochs.length));
  return (
    <details>
      <summary>All epochs</summary>
      <table class="epochs">
        <thead>
          <tr>
            <th>epoch</th>
            <th>rule</th>
            <th class="number">mean training loss</th>
            <th class="number">validation accuracy</th>
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: last }, (_, epoch) =>
            request.rules.map(({ index, text }, i) => {
              const one = curves[i]!.epochs[epoch];
              return one === undefined ? null : (
                <tr key={`${epoch} ${index}`}>
                  <td>{epoch + 1}</td>
                  <td class="rule">{text}</td>
                  <td class="number">{one.loss.toFixed(5)}</td>
                  <td class="number">{one.accuracy.toFixed(5)}</td>
                </tr>
              );
            }),
          )}
        </tbody>
      </table>
    </details>
  );
}

/** 1,197 examples in batches of 50. */
const STEPS_PER_EPOCH = 23;

function End({ curve: { losses, epochs, diverged } }: { readonly curve: TrainingCurve }) {
  const last = epochs.at(-1);
  if (diverged !== undefined)
    return (
      <td class="number warn" colSpan={3}>
        diverged at step {diverged}
      </td>
    );
  return (
    <>
      <td class="number">{epochs.length}</td>
      <td class="number">{(last?.loss ?? losses.at(-1))?.toFixed(4) ?? '…'}</td>
      <td class="number">{last ? percent(last.accuracy) : '…'}</td>
    </>
  );
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

interface SweepProps {
  readonly trainer: Trainer;
  /** The rules of the page as they are now. */
  readonly texts: readonly string[];
  readonly setRates: (rates: ReadonlyMap<number, number>) => void;
}

/** What one epoch at each learning rate has come to, and the best of them to take over. */
function Sweep({ trainer: { swept }, texts, setRates }: SweepProps) {
  if (swept === undefined) return null;
  const { request, sweeps } = swept;
  const best = request.rules.flatMap(({ index, text }, i) => {
    const rate = bestOf(sweeps[i]!);
    // A rule that has been changed since has no best learning rate yet.
    return rate === undefined || texts[index] !== text ? [] : [[index, rate] as const];
  });
  return (
    <div class="sweep">
      <h3>Learning rates, after one epoch each</h3>
      <Chart
        title="Validation accuracy after one epoch, by learning rate"
        x={{ label: 'λ', log: true, from: RATES[0], to: RATES.at(-1)! }}
        y={{ label: 'validation accuracy', from: 0, to: 1 }}
        lines={request.rules.map(({ text, index }, i) => ({
          ...{ label: text, index, marked: true },
          points: sweeps[i]!.flatMap(({ learningRate, accuracy }) =>
            accuracy === undefined ? [] : [[learningRate, accuracy] as const],
          ),
        }))}
      />
      <table>
        <caption class="sr">Best learning rates</caption>
        <thead>
          <tr>
            <th>rule</th>
            <th class="number">best λ</th>
            <th class="number">accuracy</th>
            <th class="number">diverged at</th>
          </tr>
        </thead>
        <tbody>
          {request.rules.map(({ index, text }, i) => {
            const rate = bestOf(sweeps[i]!);
            const top = sweeps[i]!.find(({ learningRate }) => learningRate === rate)?.accuracy;
            const lost = sweeps[i]!.filter(({ accuracy }) => accuracy === undefined);
            return (
              <tr key={index}>
                <td class="rule">
                  <Swatch index={index} /> {text}
                </td>
                <td class="number">{rate ?? '…'}</td>
                <td class="number">{top === undefined ? '…' : percent(top)}</td>
                <td class="number">{lost.map(({ learningRate }) => learningRate).join(', ') || 'none'}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <div class="bar">
        <button type="button" disabled={best.length === 0} onClick={() => setRates(new Map(best))}>
          Use the best learning rates
        </button>
      </div>
    </div>
  );
}
