import { plural, thousands } from '../../report/index.ts';
import { resolveRule, ruleCost } from '../../rules/index.ts';
import { fillPage, markdownTable } from '../page.ts';
import type { PairedComparison } from '../scores.ts';
import {
  adjustedText,
  differenceText,
  pageTexts,
  ratesText,
  ruleText,
  statusText,
  sureText,
  valueText,
} from '../text.ts';
import { PEAK, scores, type Table2Data } from './table2.ts';

/** Writes the page with the table and that of the paper. */
export function table2Page(data: Table2Data): string {
  const { task, protocol, trainings, steps, rows } = data;
  const comparisons = Object.values(data.beside);
  const claims = claimsOf(data);
  return fillPage('table2', {
    task,
    protocol,
    ...pageTexts(data, comparisons, 'rows'),
    trainings: plural(trainings, 'training'),
    rates: plural(trainings, 'learning rate'),
    steps: thousands(steps),
    peak: String(PEAK),
    claims: claimsTable(claims),
    verdicts: claims.map(verdictText).join('\n'),
    results: resultsTable(data),
    all: trainingsTable(data),
    rules: rows.map(({ name, rule }) => `* ${name}: \`${ruleText(rule)}\`, ${memoryText(rule)}`).join('\n'),
  });
}

const memoryText = (rule: string): string =>
  `${plural(ruleCost(resolveRule(rule)).slots, 'running average')} per weight`;

/** A claim of the paper with the comparison that answers it. */
interface Claim {
  readonly what: string;
  readonly paper: string;
  readonly row: PairedComparison;
  readonly better: 'lower' | 'higher';
}

const claimsOf = ({ beside }: Table2Data): readonly Claim[] => [
  { what: 'train perplexity', paper: '−0.1', row: beside.trainPerplexity, better: 'lower' },
  { what: 'test BLEU', paper: '+0.5', row: beside.testBleu, better: 'higher' },
  { what: 'validation BLEU near the peak', paper: '+0.7', row: beside.peakBleu, better: 'higher' },
];

function claimsTable(claims: readonly Claim[]): string {
  const rows = claims.map(({ what, paper, better, row }) => [
    what,
    paper,
    differenceText(row.difference),
    `${better} with ${better === 'higher' ? row.higher : row.pairs - row.higher} of ${row.pairs}`,
    adjustedText(row),
  ]);
  return markdownTable(['', 'the paper', 'here', 'seeds', 'p, corrected'], rows);
}

function verdictText({ what, row, better }: Claim): string {
  const claim = `${what.charAt(0).toUpperCase()}${what.slice(1)} ${better} than Adam's`;
  const { mean } = row.difference;
  if (Number.isNaN(mean)) return `* **${claim}: cannot be said.**`;
  const holds = row.pairs === 1 ? 'holds with one seed' : 'holds on the mean';
  const gain = better === 'higher' ? mean : -mean;
  return `* **${claim}: ${gain > 0 ? holds : 'does not hold'}, ${sureText(row)}.**`;
}

function resultsTable({ rows: optimizers }: Table2Data): string {
  const rows = optimizers.map((row) => [
    row.name,
    `${valueText(row.trainPerplexity)} / ${row.paper.trainPerplexity}`,
    `${valueText(row.testBleu)} / ${row.paper.testBleu.toFixed(1)}`,
    valueText(row.peakBleu),
    valueText(row.testPerplexity),
    ratesText(row.evaluations),
    statusText(row.evaluations),
  ]);
  const titles = ['train perplexity', 'test BLEU', 'validation BLEU near the peak', 'test perplexity'];
  return markdownTable(['optimizer', ...titles, 'learning rates, by seed', ''], rows);
}

function trainingsTable({ all }: Table2Data): string {
  const figure = (value: number) => (Number.isNaN(value) ? '—' : value.toFixed(2));
  const rows = all.flatMap(({ name, evaluations }) =>
    evaluations.map((evaluation) => [
      name,
      String(evaluation.seed),
      ratesText([evaluation]),
      figure(scores.trainPerplexity(evaluation)),
      figure(1 / evaluation.reward),
      figure(scores.testPerplexity(evaluation)),
      figure(scores.testBleu(evaluation)),
      statusText([evaluation]),
    ]),
  );
  const perplexities = ['train perplexity', 'validation perplexity', 'test perplexity'];
  return markdownTable(['optimizer', 'seed', 'learning rate', ...perplexities, 'test BLEU', ''], rows);
}
