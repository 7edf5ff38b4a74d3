import { resolveRule, ruleCost } from '../../rules/index.ts';
import { intervalsText, plural, rateText, ruleText, statusText } from '../optimizer-text.ts';
import { markdownTable } from '../page.ts';
import { isApart, powerText, testText } from '../power.ts';
import { differenceText, valueText } from '../scores.ts';
import { PEAK, scores } from './scores.ts';
import type { Row, Table2Data } from './table2.ts';

/** What the table shows here, beside the paper's. */
export function table2Page(data: Table2Data): string {
  const { task, protocol, epochs, seeds, trainings, steps, rows } = data;
  const beside = Object.values(data.beside);
  const reading = [
    `Read as: the found optimizer's, less Adam's with the same seed. Near the peak: the mean of the ${PEAK} epochs of the highest BLEU.`,
    testText(beside, 'rows'),
    intervalsText(seeds.length),
  ].filter((text) => text !== '');
  return `
![BLEU on the validation sentences over the epochs, of both optimizers](table2.svg)

The paper (§5.3): "The results in Table 2 show that our optimizer does indeed generalize well and achieves an improvement of 0.1 perplexity […].
This gain in training perplexity enables the model to obtain a 0.5 BLEU improvement over the Adam optimizer on the test set. On the validation
set, the averaged improvement of 5 points near the peak values is 0.7 BLEU." It trains a GNMT of 8 + 8 layers on WMT 2014, English to German.
Here: the task \`${task}\`, ${plural(epochs, 'epoch')}, ${plural(seeds.length, 'seed')}; both optimizers have the same budget, ${plural(trainings, 'training')} of ${steps.toLocaleString('en-GB')} steps a seed.

## Does it hold?

${reading.join(' ')}

${claimsTable(data)}

${claims(data)}

${powerText(beside, seeds.length)}

## The table

The paper's behind a stroke. Train perplexity: e to the mean loss of the last epoch, as training saw it, dropout in force. BLEU: as
SacreBLEU's 13a on raw text. Symbols differ from the paper's, and so do texts: perplexities and BLEU compare within a column of here alone.
Each optimizer trains to the end at ${plural(trainings, 'learning rate')}, and for each seed the best by validation perplexity stands here: so Table 1 of the paper
chooses, from seven. Fewer are ones taken by hand after earlier trainings; "(edge)" is the smallest or the largest of them, so that a better one
may lie outside. The learning rate falls to 0 by a cosine (protocol \`${protocol}\`): Wu et al. (2016) let theirs fall at the end too, and what
the paper did it does not say.
Translations are a beam's where the task says so. Gradients are clipped as theirs. The paper changes nothing but the optimizer in a model whose settings were
tuned for Adam.

${resultsTable(rows)}

## Every training

${trainingsTable(data)}

![Training perplexity over the epochs, likewise](perplexity.svg)

## As rules

${rows.map(({ name, rule }) => `* ${name}: \`${ruleText(rule)}\`, ${plural(ruleCost(resolveRule(rule)).slots, 'running average')} a weight`).join('\n')}`;
}

/** Each claim of the paper with the row that answers it. */
const claimsOf = ({ beside }: Table2Data) =>
  [
    { what: 'train perplexity', paper: '−0.1', row: beside.trainPerplexity, better: 'lower' },
    { what: 'test BLEU', paper: '+0.5', row: beside.testBleu, better: 'higher' },
    { what: 'validation BLEU near the peak', paper: '+0.7', row: beside.peakBleu, better: 'higher' },
  ] as const;

type Claim = ReturnType<typeof claimsOf>[number];

/** Pairs of seeds in which it is better. */
const betterIn = ({ better, row: { higher, pairs } }: Claim): number =>
  better === 'higher' ? higher : pairs - higher;

function claimsTable(data: Table2Data): string {
  const rows = claimsOf(data).map((claim) => [
    claim.what,
    claim.paper,
    differenceText(claim.row.difference),
    `${claim.better} with ${betterIn(claim)} of ${claim.row.pairs}`,
    claim.row.adjusted === null ? '—' : claim.row.adjusted.toPrecision(2),
  ]);
  return markdownTable(['', 'the paper', 'here', 'seeds', 'p, corrected'], rows);
}

/** In words, from the same figures. */
function claims(data: Table2Data): string {
  return claimsOf(data)
    .map((claim) => `* **${capital(claim.what)} ${claim.better} than Adam's: ${verdict(claim)}.**`)
    .join('\n');
}

function verdict({ row, better }: Claim): string {
  const { difference } = row;
  if (Number.isNaN(difference.mean)) return 'cannot be said';
  const gain = better === 'higher' ? difference.mean : -difference.mean;
  const sure = row.p === null ? 'not tested' : `${isApart(row) ? '' : 'not '}told apart by the test`;
  const holds = row.pairs === 1 ? 'holds with one seed' : 'holds on the mean';
  return `${gain > 0 ? holds : 'does not hold'}, ${sure}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function resultsTable(all: readonly Row[]): string {
  const rows = all.map((row) => [
    row.name,
    `${valueText(row.trainPerplexity)} / ${row.paper.trainPerplexity}`,
    `${valueText(row.testBleu)} / ${row.paper.testBleu.toFixed(1)}`,
    valueText(row.peakBleu),
    valueText(row.testPerplexity),
    row.evaluations.map(rateText).join(', '),
    statusText(row.evaluations),
  ]);
  const head = [
    'optimizer',
    'train perplexity',
    'test BLEU',
    'validation BLEU near the peak',
    'test perplexity',
    'learning rates, by seed',
    '',
  ];
  return markdownTable(head, rows);
}

function trainingsTable({ all }: Table2Data): string {
  const figure = (value: number) => (Number.isNaN(value) ? '—' : value.toFixed(2));
  const rows = all.flatMap(({ name, evaluations }) =>
    evaluations.map((evaluation) => [
      name,
      String(evaluation.seed),
      rateText(evaluation),
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
