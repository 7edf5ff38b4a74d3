import { useMemo } from 'preact/hooks';
import type { ComparedRule, ComparisonDocument, ComparisonTable } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { Scroll } from '../shell/scroll.tsx';
import { intervalChart } from './charts.ts';
import { figure, signed } from './format.ts';

/** Rules under the same conditions, a table and a picture for each task. */
export function ComparisonTables({ comparison }: { readonly comparison: ComparisonDocument }) {
  if (comparison.tables.length === 0) {
    return (
      <p>
        No fresh seeds are stored yet, and a search&rsquo;s own reward is the luckiest of many.{' '}
        <code>nos compare</code> trains fresh ones.
      </p>
    );
  }
  return (
    <>
      {comparison.tables.map((table) => (
        <Conditions key={`${table.task} ${table.protocol} ${table.environment}`} table={table} />
      ))}
    </>
  );
}

function Conditions({ table }: { readonly table: ComparisonTable }) {
  const draw = useMemo(() => (width: number) => intervalChart(table, width), [table]);
  const { rules } = table;
  const where = conditionsText(table);
  return (
    <div class="card">
      <h3>{where}</h3>
      <p class="small faint">
        {table.score.metric}, {table.score.goal === 'minimise' ? 'lower' : 'higher'} is better
      </p>
      <Scroll label={`Rules on ${where}`}>
        <table>
          <thead>
            <tr>
              <th>Rule</th>
              <th class="number">Seeds</th>
              <th class="number">Mean</th>
              <th class="number">95 % interval</th>
              <th class="number">Beside {rules[0]?.names[0] ?? 'the first'}</th>
              <th class="number">95 % interval</th>
              <th class="number">p</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((one) => (
              <tr key={one.key}>
                <td class="rule">{one.names[0] ?? one.rule}</td>
                <td class="number">{one.rewards.length}</td>
                <td class="number">{figure(one.mean)}</td>
                <td class="number">{intervalText(one.interval, figure)}</td>
                <td class="number">{one.beside ? signed(one.beside.difference) : ''}</td>
                <td class="number">{one.beside ? intervalText(one.beside.interval, signed) : ''}</td>
                <td class="number">{one.beside?.p == null ? '' : one.beside.p.toFixed(4)}</td>
                <td>{verdictOf(one, table.score.goal)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <Figure label={`Rewards with intervals on ${where}`} file={`comparison-${where}`} draw={draw}>
        <span>Small points: seeds. Bars: 95 % intervals of the means, where there are enough seeds.</span>
      </Figure>
    </div>
  );
}

/** What the rules of a table were trained on, and how. */
export const conditionsText = ({ title, protocol, environment }: ComparisonTable): string =>
  `${title}, protocol ${protocol}${environment === 'none' ? '' : `, in ${environment}`}`;

export const intervalText = (interval: ComparedRule['interval'], write: (value: number) => string): string =>
  interval === null ? 'too few seeds' : `${write(interval.low)} to ${write(interval.high)}`;

/** What the pairs of equal seeds show, each rule by itself. */
export function verdictOf({ beside }: ComparedRule, goal: 'maximise' | 'minimise'): string {
  if (beside === undefined) return '';
  const { difference, p, pairs } = beside;
  if (p === null || p > 0.05) return `${pairs} ${pairs === 1 ? 'pair does' : 'pairs do'} not tell them apart`;
  return difference > 0 === (goal === 'maximise') ? 'better' : 'worse';
}
