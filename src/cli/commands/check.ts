import {
  type CheckOutcome,
  type CheckReport,
  type CheckResult,
  checkOptimizer,
  checkReportSchema,
  parseClassReference,
} from '../../check/index.ts';
import * as f from '../../fields.ts';
import {
  type Colours,
  type Column,
  pairs,
  plural,
  shortRules,
  type Terminal,
  table,
} from '../../report/index.ts';
import { parseRule, printRule, resolveRule } from '../../rules/index.ts';
import { defineCommand } from '../command.ts';
import { callArguments, described, flag, integer, text } from '../option.ts';
import { settings as shared } from '../options.ts';

const document = checkReportSchema.extend({ passed: f.flag('whether no check differs') });

export const command = defineCommand({
  documents: { check: document },
  arguments: '<class>',
  takesPaths: true,
  options: {
    against: text('the rule that the class should follow', {
      ...{ value: 'RULE', source: 'flag', otherwise: 'what its name says' },
    }).optional(),
    option: callArguments('an argument of the constructor; may be given again').default({}),
    steps: integer('steps of every training', {
      ...{ minimum: 4, maximum: 10_000, source: 'flag' },
    }).default(60),
    float32: flag('train in float32, and allow for its rounding'),
    python: shared.python.optional(),
    timeout: described(shared.timeout, { description: 'stop Python after 90s, 10m, …' }).default(120),
  },
  example:
    'nos check adam.py:Adam\nnos check lion.py:Lion --against lion --option lr=0.01 --option betas=[0.9,0.99]',
  stopsGracefully: true,
  async run({ arguments: [given = ''], settings, signal, underWay, stdout }) {
    const { against, option, steps, float32, python, timeout } = settings;
    const target = parseClassReference(given, process.cwd());
    const rule = against === undefined ? undefined : resolveRule(against);
    const options = { rule, arguments: option, steps, precision: float32 ? 'float32' : 'float64' } as const;
    const report = await underWay(() =>
      checkOptimizer(target, { ...options, python, seconds: timeout, signal }),
    );
    const short = await shortRules();
    const followed = rule ?? (report.rule.text === null ? undefined : parseRule(report.rule.text));
    const checked = {
      ...report,
      rule: { ...report.rule, text: followed === undefined ? null : short(printRule(followed)) },
      passed: report.results.every(({ outcome }) => outcome !== 'differs'),
    };
    return {
      document: checked,
      text: reportText(checked, stdout),
      exitCode: checked.passed ? 0 : 1,
    };
  },
});

function reportText(report: CheckReport, terminal: Terminal): string {
  const { columns, colours } = terminal;
  const { python, settings, rule, steps, precision, bound, results } = report;
  const head: readonly [string, string | readonly string[]][] = [
    ['class', `${report.class} in ${report.file}`],
    ['Python', `${python.version} with PyTorch ${python.torch}: ${python.program}`],
    ['settings', Object.entries(settings).map(([name, value]) => `${name}=${JSON.stringify(value)}`)],
    ['rule', rule.text === null ? `none: ${rule.note}` : `${rule.text}, ${rule.note}`],
    ['bound', `${bound.toExponential()} of the way that a weight goes, in ${precision}, ${steps} steps`],
  ];
  const details = results.flatMap((result) =>
    [detailText(result), result.hint && `hint: ${result.hint}`].flatMap((text, i) =>
      text === null ? [] : [[i === 0 ? result.name : '', text] as const],
    ),
  );
  return [
    pairs(head, columns),
    table(results, COLUMNS, terminal),
    ...(details.length === 0 ? [] : [pairs(details, columns)]),
    verdictText(results, colours),
  ].join('\n\n');
}

const COLUMNS: readonly Column<CheckResult>[] = [
  { title: 'with', cell: ({ against }) => against, spare: true },
  { title: 'check', cell: ({ name }) => name, flexible: true },
  {
    title: 'verdict',
    cell: ({ outcome }) => outcome,
    paint: (text, { outcome }, colours) =>
      ({ passed: colours.green, differs: colours.red, 'not applicable': colours.dim })[outcome](text),
  },
  { title: 'off by', cell: ({ largest }) => shareText(largest), align: 'right' },
];

function shareText(share: number | null): string {
  if (share === null) return '';
  return share === 0 || !Number.isFinite(share) ? String(share) : share.toExponential(1);
}

function detailText({ against, reason, difference }: CheckResult): string | null {
  if (difference === null) return reason;
  const { step, tensor, index, found, expected, gradients } = difference;
  const [a, b] = [found, expected].map((value) => Number(value.toPrecision(10)));
  const kind = against === 'rule' ? '' : `${gradients} gradients, `;
  return `${kind}step ${step}, tensor ${tensor}[${index}]: ${a} instead of ${b}`;
}

function verdictText(results: readonly CheckResult[], colours: Colours): string {
  const count = (which: CheckOutcome): number => results.filter(({ outcome }) => outcome === which).length;
  const [passed, wrong] = [count('passed'), count('differs')];
  if (wrong === 0) return colours.green(`all ${plural(passed, 'check')} passed`);
  return colours.red(`${wrong} of ${plural(wrong + passed, 'check')} differ`);
}
