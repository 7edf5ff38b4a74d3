import { testFunctions } from '../../src/functions/index.ts';
import type { Change } from './address.ts';
import { type Assistant, useLatest } from './assistant.ts';
import { Chart } from './chart.tsx';
import { Landscape, type Row } from './landscape.tsx';
import { NumberField } from './number-field.tsx';
import { Controls, usePlayer } from './player.tsx';
import type { DescendRequest, RunnableRule } from './protocol.ts';
import { Rate } from './rate.tsx';
import { Swatch } from './rules.tsx';
import { type LabState, LIMITS, startOf } from './state.ts';
import type { Fault, RuleView } from './view.ts';

interface PlaneProps {
  readonly state: LabState;
  readonly views: readonly (RuleView | Fault)[];
  readonly change: Change;
  readonly assistant: Assistant;
}

/** The rules on a function of the plane: where they go from a start that can be dragged, step by step or at a speed. */
export function Plane({ state, views, change, assistant }: PlaneProps) {
  const { start, steps } = state;
  const testFunction = testFunctions.find(state.testFunction);
  const runners = state.rules.flatMap(({ text, planeRate }, index): RunnableRule[] =>
    views[index]!.kind === 'rule' ? [{ index, text, learningRate: planeRate }] : [],
  );
  const request: DescendRequest = {
    ...{ kind: 'descend', testFunction: testFunction.name, start, steps, seed: state.seed },
    rules: runners,
  };
  const latest = useLatest(assistant, request);
  // Paths of rules that have been added or removed since do not belong to the rules that are shown.
  const fits = latest?.answer.length === runners.length && latest.request.testFunction === testFunction.name;
  const paths = fits ? latest.answer : [];
  const player = usePlayer(steps);
  const rows = runners.flatMap((runner, i) => (paths[i] ? [{ runner, path: paths[i]! }] : []));
  return (
    <section aria-labelledby="plane-title">
      <h2 id="plane-title">On a function of the plane</h2>
      <div class="bar">
        <label>
          Function
          <select
            value={testFunction.name}
            onChange={({ currentTarget: { value } }) =>
              change({ testFunction: value, start: startOf(value) })
            }
          >
            {testFunctions.entries.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <NumberField
          label="Steps"
          value={steps}
          limits={LIMITS.steps}
          whole
          onChange={(value) => change({ steps: value })}
        />
        {(['x', 'y'] as const).map((axis, i) => (
          <NumberField
            key={axis}
            label={`Start ${axis}`}
            value={start[i]!}
            limits={testFunction.bounds[i]!}
            onChange={(value) => change({ start: i === 0 ? [value, start[1]] : [start[0], value] })}
          />
        ))}
        <button type="button" onClick={() => change({ start: startOf(testFunction.name) })}>
          Usual start
        </button>
      </div>
      <p class="faint small">
        {testFunction.title}: {testFunction.equation}. Source: {testFunction.source}.
      </p>
      <div class="columns">
        <div>
          <Landscape
            {...{ testFunction, start, rows }}
            until={player.at}
            onStart={(to) => change({ start: to })}
          />
          <Controls {...player} steps={steps} />
        </div>
        <div>
          {runners.map(({ index, text, learningRate }) => (
            <Rate
              key={index}
              {...{ index, value: learningRate, label: text }}
              onChange={(planeRate) =>
                change({
                  rules: state.rules.map((entry, i) => (i === index ? { ...entry, planeRate } : entry)),
                })
              }
            />
          ))}
          <Chart
            title="Value above the least, by step"
            x={{ label: 'step', from: 0, to: steps }}
            y={{ label: 'value above the least', log: true }}
            lines={rows.map(({ runner, path }) => ({
              ...{ label: runner.text, index: runner.index },
              points: Array.from(path.excess, (excess, step) => [step, excess] as const),
            }))}
            at={player.at}
          />
          <Ends rows={rows} />
        </div>
      </div>
    </section>
  );
}

function Ends({ rows }: { readonly rows: readonly Row[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th>rule</th>
          <th class="number">λ</th>
          <th class="number">above the least</th>
          <th class="number">distance</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ runner: { index, text, learningRate }, path }) => (
          <tr key={index}>
            <td class="rule">
              <Swatch index={index} /> {text}
            </td>
            <td class="number">{learningRate}</td>
            {path.diverged ? (
              <td class="number warn" colSpan={2}>
                diverged at step {path.excess.length}
              </td>
            ) : (
              <>
                <td class="number">{path.excess.at(-1)!.toPrecision(3)}</td>
                <td class="number">{path.distance.toPrecision(3)}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
