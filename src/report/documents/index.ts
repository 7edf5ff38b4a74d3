import * as z from 'zod';
import { cardDocument, compareDocument, evalDocument, funnelDocument } from './evaluations.ts';
import { benchStrategiesDocument, bleuDocument, reproduceDocument } from './experiments.ts';
import {
  completionDocument,
  dataFetchDocument,
  dataListDocument,
  doctorDocument,
  engineFetchDocument,
  environmentsDocument,
  protocolsDocument,
  strategiesDocument,
  taskDocument,
  tasksDocument,
  workerDocument,
  workersDocument,
} from './machine.ts';
import {
  exportDocument,
  ruleDocument,
  rulesDocument,
  spaceDocument,
  spacesDocument,
  trajectoryDocument,
} from './rules.ts';
import {
  dryRunDocument,
  logDocument,
  noteDocument,
  plotDocument,
  renameDocument,
  rmDocument,
  runsDocument,
  searchDocument,
  showProposalDocument,
  showRunDocument,
  topDocument,
} from './runs.ts';

/**
 * What `--json` prints, by the call: some commands have several documents. docs/documents.md is made from them by
 * `node scripts/documents.mjs`.
 */
export const documents: Readonly<Record<string, z.ZodType>> = {
  search: searchDocument,
  'search --dry-run': dryRunDocument,
  resume: searchDocument,
  runs: runsDocument,
  note: noteDocument,
  rename: renameDocument,
  rm: rmDocument,
  top: topDocument,
  'show RUN': showRunDocument,
  'show RUN INDEX': showProposalDocument,
  log: logDocument,
  plot: plotDocument,
  eval: evalDocument,
  compare: compareDocument,
  card: cardDocument,
  funnel: funnelDocument,
  rule: ruleDocument,
  export: exportDocument,
  rules: rulesDocument,
  space: spacesDocument,
  'space SPACE': spaceDocument,
  tasks: tasksDocument,
  'tasks TASK': taskDocument,
  strategies: strategiesDocument,
  protocols: protocolsDocument,
  environments: environmentsDocument,
  trajectory: trajectoryDocument,
  bleu: bleuDocument,
  reproduce: reproduceDocument,
  'bench strategies': benchStrategiesDocument,
  worker: workerDocument,
  workers: workersDocument,
  'data list': dataListDocument,
  'data fetch': dataFetchDocument,
  'engine fetch': engineFetchDocument,
  doctor: doctorDocument,
  completion: completionDocument,
};

/** The schema of all that a command prints. @throws RangeError for a command that has no document. */
export function documentOf(command: string): z.ZodType {
  const of = Object.keys(documents).filter((call) => call === command || call.startsWith(`${command} `));
  const [first, ...others] = of.map((call) => documents[call]!);
  if (first === undefined) throw new RangeError(`no document of command '${command}'`);
  return others.length === 0 ? first : z.union([first, ...others]);
}
