import type { Difference } from '../../run/index.ts';
import { markdownTable } from '../page.ts';
import type { Figure4Data, Lead, Searched } from './figure4.ts';

/** What the figure shows here, beside what the paper says of it. */
export function figure4Page(data: Figure4Data): string {
  const { task, protocol, samples, searches } = data;
  const [{ curve }] = searches as [Searched];
  return `
![Rewards of all rules as points, and their moving averages as lines: the controller's, and random search's](figure4.svg)

The paper (§4.3): "Our results show that the controller discovers many different updates that perform well during training and the maximum
accuracy also increases over time." Figure 4 shows the "Controller reward increasing over time as more optimizers are sampled", up to 45,000.
Here: ${samples.toLocaleString('en-GB')} rules of \`icml2017\` on \`${task}\` under protocol \`${protocol}\`, and random search beside it, which the paper does not show.

## Does it hold?

First and last: the mean reward of ${curve.compared} rules at either end, and the highest reward among them. In brackets, 95 % intervals by
the means of blocks of rewards, as neighbours are alike; they speak of these searches, not of other seeds. Fewer than 90 rules have none.

${searchesTable(data)}

${verdicts(data)}

## The controller

One-layer LSTM of 150, TRPO, five rules a batch, entropy penalty 0.0015 (§4.2). The paper also names ADAM at a learning rate of 10⁻⁵, which has no
place in TRPO's own step; \`nos search --preset paper\` takes it literally. It may propose a rule again, as the paper's may.`;
}

function searchesTable({ searches }: Figure4Data): string {
  const rows = searches.map(({ strategy, seed, curve, bestOfFirst, bestOfLast }) => [
    strategy,
    String(seed),
    `${(100 * curve.distinct).toFixed(1)} %`,
    curve.first.toFixed(3),
    curve.last.toFixed(3),
    signed(curve.gain),
    bestOfFirst.toFixed(3),
    bestOfLast.toFixed(3),
  ]);
  const head = [
    '',
    'seed',
    'distinct',
    'first',
    'last',
    'last less first',
    'best of the first',
    'of the last',
  ];
  return markdownTable(head, rows);
}

/** The verdicts in words, from the same figures. */
function verdicts({ searches, leads, meanLead }: Figure4Data): string {
  const of = (strategy: string) => searches.filter((one) => one.strategy === strategy);
  const [own, random] = [of('controller'), of('random')];
  const rose = (all: readonly Searched[]) => all.filter(({ curve }) => isAbove(curve.gain)).length;
  const said = searches.some(({ curve }) => curve.gain.interval !== null);
  const higher = own.filter(({ bestOfFirst, bestOfLast }) => bestOfLast > bestOfFirst).length;
  const ahead = leads.filter(isAbove).length;
  const { mean, interval } = meanLead;
  const ofSeeds =
    interval === null
      ? ''
      : `; over seeds, which speaks of others too, ${signed({ difference: mean, interval })}`;
  return [
    said
      ? `* **The controller's reward rises: ${holds(rose(own), own.length)}.** Random search's rises with ${rose(random)} of ${random.length}.`
      : "* **The controller's reward rises**: cannot be said of so few rules.",
    `* **The maximum rises: ${holds(higher, own.length)}**, the best of the last rules against the best of the first.`,
    `* **At the end, above random search** (the paper does not say): with ${ahead} of ${leads.length}; ${leads.map(leadText).join('; ')}${ofSeeds}.`,
  ].join('\n');
}

/** Whether the interval lies above 0. */
const isAbove = ({ interval }: Difference): boolean => interval !== null && interval.low > 0;

function holds(count: number, all: number): string {
  if (count === all) return all === 1 ? 'holds' : `holds with all ${all} seeds`;
  return count === 0 ? 'does not hold' : `holds with ${count} of ${all} seeds`;
}

const leadText = (lead: Lead): string => `${signed(lead)} with seed ${lead.seed}`;

/** `+0.135 [+0.108, +0.162]`. */
function signed({ difference, interval }: Difference): string {
  const text = (value: number) => (value < 0 ? '−' : '+') + Math.abs(value).toFixed(3);
  return text(difference) + (interval === null ? '' : ` [${text(interval.low)}, ${text(interval.high)}]`);
}
