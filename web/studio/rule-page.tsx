import { useMemo, useState } from 'preact/hooks';
import { exportRule, targets } from '../../src/export/index.ts';
import { type Expression, latexRule, parseRule, ruleCost } from '../../src/rules/index.ts';
import type { RuleDocument } from '../../src/studio/documents.ts';
import { Figure } from '../shell/figure.tsx';
import { Formula } from '../shell/formula.tsx';
import { Scroll } from '../shell/scroll.tsx';
import { addressOf } from './address.ts';
import { Again } from './again.tsx';
import { epochChart, sweepChart } from './charts.ts';
import { ComparisonTables } from './comparison.tsx';
import { duration, figure, power, thousands } from './format.ts';
import { Lineage } from './lineage.tsx';
import { Choice, Facts, Trouble } from './parts.tsx';
import { useDocument } from './server.ts';
import { TransferCard } from './transfer.tsx';

interface PageProps {
  readonly run: string;
  readonly ruleKey: string;
  readonly version: number;
}

/** One rule of a run: what it is, how it trained, whether it beats Adam, and how to take it along. */
export function RulePage({ run, ruleKey, version }: PageProps) {
  const path = `runs/${encodeURIComponent(run)}/rules/${encodeURIComponent(ruleKey)}`;
  const { document: found, error } = useDocument<RuleDocument>(path, version);
  return (
    <>
      <p class="small">
        <a href={addressOf(['run', run])}>← {run}</a>
      </p>
      {error && <Trouble error={error} />}
      {found && <Rule found={found} version={version} />}
    </>
  );
}

function Rule({ found, version }: { readonly found: RuleDocument; readonly version: number }) {
  const { rule, short, names, evaluation, proposals, key } = found;
  const expression = useMemo(() => parseRule(short), [short]);
  const cost = useMemo(() => ruleCost(expression), [expression]);
  const curves = useMemo(() => (width: number) => epochChart(found, width), [found]);
  const sweep = useMemo(() => (width: number) => sweepChart(evaluation, width), [evaluation]);
  return (
    <>
      <div class="bar">
        <h1 class="rule">{short}</h1>
        <a class="button" href={labAddress(short, evaluation)}>
          Try it in the rule lab
        </a>
      </div>
      <Formula tex={`u = ${latexRule(expression)}`} display />
      <Facts
        facts={[
          [
            'reward',
            `${evaluation.status === 'stopped' ? '~' : ''}${figure(Number(evaluation.score?.value ?? evaluation.reward))}`,
          ],
          ['ended', evaluation.status],
          ['learning rate', power(evaluation.learningRate)],
          ['state arrays', String(cost.slots)],
          ['operations per weight', thousands(cost.flopsPerWeight)],
          ['steps', thousands(evaluation.steps)],
          ['time', duration(Number(evaluation.seconds))],
          ['proposals', proposals.length === 0 ? 'none' : proposals.join(', ')],
          ['names', names.join(', ') || 'none'],
        ]}
      />
      {short !== rule && (
        <p class="small faint">
          Canonical: <span class="rule">{rule}</span>
        </p>
      )}
      {'reason' in evaluation && evaluation.reason && <p class="notice">{evaluation.reason}</p>}
      <section aria-labelledby="verdict">
        <h2 id="verdict">Beside Adam, over equal seeds</h2>
        <ComparisonTables comparison={found.comparison} />
        <Again run={found.run} ruleKey={key} version={version} />
      </section>
      <section aria-labelledby="transfer">
        <h2 id="transfer">Transfer card</h2>
        <TransferCard comparison={found.comparison} file={`${key}-transfer`} />
        <Copied text={`nos card ${quoted(short)}`} />
      </section>
      <div class="columns">
        {evaluation.curve.length > 0 && (
          <section aria-labelledby="curves">
            <h2 id="curves">Training</h2>
            <Figure
              label={`Score after each epoch of ${short} and Adam`}
              file={`${key}-training`}
              draw={curves}
            />
          </section>
        )}
        {evaluation.sweep.length > 0 && (
          <section aria-labelledby="sweep">
            <h2 id="sweep">Learning rate</h2>
            <Figure
              label={`What each learning rate came to with ${short}`}
              file={`${key}-rates`}
              draw={sweep}
            >
              <span>Dashed: the rate that was chosen.</span>
            </Figure>
          </section>
        )}
      </div>
      <section aria-labelledby="tree">
        <h2 id="tree">Tree</h2>
        <ul class="tree">
          <Tree node={expression} />
        </ul>
      </section>
      {found.hasLineage && <Lineage run={found.run} ruleKey={key} version={version} />}
      <Exports expression={expression} learningRate={Number(evaluation.learningRate)} />
      <section aria-labelledby="next">
        <h2 id="next">To go on</h2>
        <Copied
          text={`nos compare ${quoted(short)} --against adam --task ${quoted(evaluation.task)} --seeds 10`}
        />
      </section>
    </>
  );
}

/** The rule lab with this rule beside Adam, each at its learning rate for the digits. */
function labAddress(rule: string, { learningRate }: RuleDocument['evaluation']): string {
  const rate = typeof learningRate === 'number' && learningRate > 0 ? String(learningRate) : '0.01';
  const fields = [
    ...[
      ['rule', 'adam'],
      ['rate', '0.1'],
      ['train', '0.01'],
    ],
    ...[
      ['rule', rule],
      ['rate', rate],
      ['train', rate],
      ['chosen', '1'],
    ],
  ] as string[][];
  return `../lab/#${new URLSearchParams(fields)}`;
}

/** As a shell takes it. */
const quoted = (text: string): string =>
  /^[\w./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const SIGNS: Readonly<Record<string, string>> = {
  add: '+',
  sub: '−',
  mul: '×',
  div: '÷',
  pow: 'power',
  neg: 'minus',
};

function Tree({ node }: { readonly node: Expression }) {
  if (node.kind !== 'call')
    return (
      <li>
        <code>{node.kind === 'literal' ? String(node.value) : node.name}</code>
      </li>
    );
  const parameters = node.parameters.length === 0 ? '' : ` (${node.parameters.join(', ')})`;
  return (
    <li>
      <code>
        {SIGNS[node.name] ?? node.name}
        {parameters}
      </code>
      <ul>
        {node.args.map((argument, i) => (
          <Tree key={i} node={argument} />
        ))}
      </ul>
    </li>
  );
}

function Exports({
  expression,
  learningRate,
}: {
  readonly expression: Expression;
  readonly learningRate: number;
}) {
  const [target, setTarget] = useState('pytorch');
  const text = useMemo(() => {
    try {
      return exportRule(expression, target, learningRate > 0 ? { learningRate } : {});
    } catch (error) {
      return (error as Error).message;
    }
  }, [expression, target, learningRate]);
  return (
    <section aria-labelledby="export">
      <h2 id="export">Export</h2>
      <div class="bar">
        <Choice
          label="To"
          value={target}
          options={targets.entries.map(({ name, title }) => [name, title] as const)}
          onChange={setTarget}
        />
        <CopyButton text={text} />
      </div>
      <Scroll label="Exported text">
        <pre class="export">{text}</pre>
      </Scroll>
    </section>
  );
}

function Copied({ text }: { readonly text: string }) {
  return (
    <div class="bar">
      <code>{text}</code>
      <CopyButton text={text} />
    </div>
  );
}

function CopyButton({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState('');
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(text),
      () => setCopied(''),
    );
  return (
    <button type="button" onClick={copy}>
      {copied === text ? 'Copied' : 'Copy'}
    </button>
  );
}
