import type { BoardDocument, BoardRow } from '../../src/studio/documents.ts';
import { Formula } from '../shell/formula.tsx';
import { Scroll } from '../shell/scroll.tsx';
import { type Address, addressOf, setQuery } from './address.ts';
import { figure, power, thousands } from './format.ts';
import { Check, Choice, Field, Trouble } from './parts.tsx';
import { useDocument, useSettled } from './server.ts';

interface BoardProps {
  /** Of the run's documents. */
  readonly path: string;
  readonly run: string;
  readonly address: Address;
  readonly version: number;
}

/** Characters of a rule whose formula still fits beside the other columns. */
const LONGEST = 90;

const STATUSES = [
  ['', 'any'],
  ['ok', 'finished'],
  ['stopped', 'stopped early'],
  ['diverged', 'diverged'],
  ['rejected', 'rejected'],
  ['failed', 'failed'],
] as const;

/** The leaderboard, by filters that the address keeps. */
export function Board({ path, run, address, version }: BoardProps) {
  const { query } = address;
  const of = (name: string) => query.get(name) ?? '';
  const set = (name: string) => (value: string) => setQuery(address, { [name]: value });
  const asked = new URLSearchParams(
    ['text', 'status', 'found', 'least', 'all', 'limit'].map((name) => [name, of(name)]),
  );
  const settled = useSettled(String(asked));
  const { document: board, error } = useDocument<BoardDocument>(`${path}/board?${settled}`, version);
  return (
    <section aria-labelledby="board">
      <h2 id="board">Leaderboard</h2>
      <div class="bar">
        <Field
          label="Contains"
          type="search"
          value={of('text')}
          placeholder="sign(ema(g"
          onChange={set('text')}
        />
        <Choice label="Ended" value={of('status')} options={STATUSES} onChange={set('status')} />
        <Field label="As good as" type="number" step="0.01" value={of('least')} onChange={set('least')} />
        <Check
          label="found rules only"
          checked={of('found') === '1'}
          onChange={(on) => set('found')(on ? '1' : '')}
        />
        <Check
          label="near copies too"
          checked={of('all') === '1'}
          onChange={(on) => set('all')(on ? '1' : '')}
        />
        <Choice
          label="Rows"
          value={of('limit') || '30'}
          options={['10', '30', '100', '300'].map((count) => [count, count] as const)}
          onChange={set('limit')}
        />
      </div>
      {error && <Trouble error={error} />}
      {board && <p class="faint small">{thousands(board.matching)} distinct rules fit.</p>}
      {board && board.rows.length > 0 && <Rows run={run} rows={board.rows} />}
    </section>
  );
}

function Rows({ run, rows }: { readonly run: string; readonly rows: readonly BoardRow[] }) {
  return (
    <Scroll label="Leaderboard">
      <table class="board">
        <thead>
          <tr>
            <th class="number">#</th>
            <th>Rule</th>
            <th class="number">Fresh seeds</th>
            <th class="number">Search</th>
            <th class="number">Rate</th>
            <th class="number">Proposal</th>
            <th>Behaves as</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={row.key} class={row.reference ? 'reference' : ''}>
              <td class="number">{i + 1}</td>
              <td>
                <div>
                  {row.reference && <strong>{row.names[0] ?? 'reference'} </strong>}
                  {row.short.length <= LONGEST && <Formula tex={row.latex} />}
                </div>
                <a class="rule" href={addressOf(['run', run, 'rule', row.key])}>
                  {row.short}
                </a>
              </td>
              <td class="number">{retestText(row)}</td>
              <td class="number">{searchText(row)}</td>
              <td class="number">
                {power(row.learningRate)}
                {row.edgeOfGrid && (
                  <span class="warn" title="the best learning rate may lie outside the grid">
                    {' '}
                    edge
                  </span>
                )}
              </td>
              <td class="number">{row.index < 0 ? '—' : row.index}</td>
              <td>
                <Copies row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

function Copies({ row: { like, copies } }: { readonly row: BoardRow }) {
  return (
    <>
      {like && (
        <span>
          {like.distance === 0 ? 'same as' : 'near'} {like.name}{' '}
        </span>
      )}
      {copies && (
        <details>
          <summary>
            {copies.length} near {copies.length === 1 ? 'copy' : 'copies'}
          </summary>
          <ul>
            {copies.map(({ index, rule, reward }) => (
              <li key={index}>
                {index}: <span class="rule">{rule}</span> {figure(reward)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function retestText({ retest }: BoardRow): string {
  if (retest === undefined) return '';
  if (retest.diverged === retest.rewards.length) return 'diverged';
  const spread = Math.sqrt(
    retest.rewards.reduce((sum, reward) => sum + (reward - retest.mean) ** 2, 0) /
      Math.max(retest.rewards.length - 1, 1),
  );
  const lost = retest.diverged === 0 ? '' : `, ${retest.diverged} diverged`;
  return `${figure(retest.mean)}${retest.rewards.length > 1 ? ` ± ${figure(spread)}` : ''}${lost}`;
}

const searchText = ({ status, reward }: BoardRow): string =>
  status === 'ok' ? figure(reward) : status === 'stopped' ? `~${figure(reward)}` : status;
