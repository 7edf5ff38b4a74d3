import { useMemo } from 'preact/hooks';
import type { ComparisonDocument, ComparisonTable } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { Scroll } from '../shell/scroll.tsx';
import { transferChart } from './charts.ts';
import { conditionsText, intervalText, verdictOf } from './comparison.tsx';
import { figure, signed } from './format.ts';

/** One task's line of a transfer card: a rule beside the one that it is compared with. */
export interface TransferRow {
  readonly where: string;
  readonly table: ComparisonTable;
  readonly base: ComparisonTable['rules'][number];
  readonly rule: ComparisonTable['rules'][number];
}

/** The conditions under which both rules have fresh seeds. */
export function transferRows({ tables }: ComparisonDocument): readonly TransferRow[] {
  return tables.flatMap((table) => {
    const [base, rule] = table.rules;
    return base && rule ? [{ where: conditionsText(table), table, base, rule }] : [];
  });
}

/** How a rule does beside Adam on every task that it has fresh seeds on: a line each, in the task's own units. */
export function TransferCard({
  comparison,
  file,
}: {
  readonly comparison: ComparisonDocument;
  readonly file: string;
}) {
  const rows = useMemo(() => transferRows(comparison), [comparison]);
  const draw = useMemo(() => (width: number) => transferChart(rows, width), [rows]);
  if (rows.length === 0) return <p class="faint">No task has fresh seeds of both rules yet.</p>;
  const better = rows.filter(({ rule, table }) => verdictOf(rule, table.score.goal) === 'better').length;
  return (
    <div class="card">
      <p>
        Better than {rows[0]?.base.names[0] ?? 'the other rule'} on {better} of {rows.length}{' '}
        {rows.length === 1 ? 'task' : 'tasks'} at p ≤ 0.05, each by itself.
      </p>
      <Scroll label="Transfer card">
        <table>
          <thead>
            <tr>
              <th>Task</th>
              <th>Score</th>
              <th class="number">Seeds</th>
              <th class="number">Rule</th>
              <th class="number">{rows[0]?.base.names[0] ?? 'Other'}</th>
              <th class="number">Difference</th>
              <th class="number">95 % interval</th>
              <th>Verdict</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ where, table: { score }, base, rule }) => (
              <tr key={where}>
                <td>{where}</td>
                <td>
                  {score.metric}, {score.goal === 'minimise' ? 'lower' : 'higher'} is better
                </td>
                <td class="number">{rule.beside?.pairs ?? 0}</td>
                <td class="number">{figure(rule.mean)}</td>
                <td class="number">{figure(base.mean)}</td>
                <td class="number">{rule.beside ? signed(rule.beside.difference) : ''}</td>
                <td class="number">{rule.beside ? intervalText(rule.beside.interval, signed) : ''}</td>
                <td>{verdictOf(rule, score.goal)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rows.some(({ rule }) => rule.beside?.interval) && (
        <Figure label="Differences from Adam by task, with intervals" file={file} draw={draw}>
          <span>
            Difference of means over equal seeds in percent of the other rule&rsquo;s mean, turned so that
            right is better.
          </span>
        </Figure>
      )}
    </div>
  );
}
