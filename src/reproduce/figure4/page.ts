import { thousands } from '../../report/index.ts';
import type { Difference } from '../../run/index.ts';
import { fillPage, markdownTable } from '../page.ts';
import type { Figure4Data, Lead, Searched } from './figure4.ts';

/** Writes the page with what the paper says about the figure. */
export function figure4Page(data: Figure4Data): string {
  const { task, protocol, samples, searches } = data;
  return fillPage('figure4', {
    task,
    protocol,
    samples: thousands(samples),
    compared: String(searches[0]?.curve.compared),
    searches: searchesTable(data),
    verdicts: verdicts(data),
  });
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
  const titles = [
    'seed',
    'distinct',
    'first',
    'last',
    'last minus first',
    'best of the first',
    'of the last',
  ];
  return markdownTable(['', ...titles], rows);
}

/** Says in words what the figures of the table show. */
function verdicts({ searches, leads, meanLead }: Figure4Data): string {
  const of = (strategy: string) => searches.filter((one) => one.strategy === strategy);
  const [own, random] = [of('controller'), of('random')];
  const rose = (all: readonly Searched[]) => all.filter(({ curve }) => isAbove(curve.gain)).length;
  const tested = searches.some(({ curve }) => curve.gain.interval !== null);
  const higher = own.filter(({ bestOfFirst, bestOfLast }) => bestOfLast > bestOfFirst).length;
  const ahead = leads.filter(isAbove).length;
  const { mean, interval } = meanLead;
  const ofSeeds =
    interval === null
      ? ''
      : `; over seeds, which also speaks of other seeds, ${signed({ difference: mean, interval })}`;
  return [
    tested
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
