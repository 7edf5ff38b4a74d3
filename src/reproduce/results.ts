import * as z from 'zod';
import { NosError } from '../errors.ts';
import { toJson } from '../json.ts';
import { trainingDocument } from './documents.ts';
import type { Experiment, ExperimentFindings, Trainings } from './experiment.ts';
import { experimentPage } from './page.ts';
import { DATA, type Provenance, provenance } from './provenance.ts';
import { byOptimizer, seedsOf } from './trainings.ts';

/** Findings of an experiment, and how they were made. */
export interface ExperimentResult {
  readonly findings: ExperimentFindings;
  readonly made: Provenance;
}

/** Returns every file of an experiment's folder by name. */
export function resultFiles(
  experiment: Experiment,
  { findings, made }: ExperimentResult,
): ExperimentFindings['files'] {
  return {
    ...findings.files,
    [DATA]: `${toJson({ experiment: experiment.name, ...findings.data, made })}\n`,
    'README.md': experimentPage(experiment, findings, made),
  };
}

/** Contents of a `data.json`. */
export interface ResultData {
  /** Name of its experiment. */
  readonly experiment: string;
  readonly made: Provenance;
  /** All of the contents. */
  readonly data: unknown;
}

/** Reads the text of a `data.json`. @throws NosError `bad-text` if it is not the data of an experiment. */
export function readData(text: string): ResultData {
  try {
    const data: unknown = JSON.parse(text);
    return { ...z.object({ experiment: z.string(), made: provenance }).parse(data), data };
  } catch (cause) {
    throw new NosError('bad-text', `${DATA}: not the data of an experiment`, HINT, { cause });
  }
}

/**
 * Makes an experiment's result again from data, without training or searching. An experiment that trains also takes the data of another that trained
 * the same optimizers.
 *
 * @param command The command as a user would type it. It made the result if the data is that of another experiment.
 * @throws NosError `bad-text` for data that lacks what this one needs.
 */
export function resultFromData(experiment: Experiment, from: ResultData, command: string): ExperimentResult {
  const { made, data } = from;
  const findings = within(experiment, () =>
    experiment.kind === 'trainings' ? trainingsAgain(experiment, data, made) : experiment.again(data),
  );
  if (from.experiment === experiment.name) return { findings, made };
  return { findings, made: { ...made, command, trainedBy: made.trainedBy ?? made.command } };
}

const HINT = "take the folder of one that 'nos reproduce' wrote";

function within<T>({ name }: Experiment, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    throw new NosError('bad-text', `${DATA}: not the data of ${name}`, HINT, { cause });
  }
}

const trainings = z.object({ evaluations: z.array(trainingDocument).min(1) });

function trainingsAgain(experiment: Trainings, data: unknown, { scale }: Provenance): ExperimentFindings {
  const evaluations = trainings.parse(data).evaluations.map((one) => ({ ...one, seconds: Number.NaN }));
  const seeds = seedsOf(evaluations);
  const trained = byOptimizer(experiment.optimizers, evaluations);
  for (const { name, evaluations: own } of trained) {
    const missing = seeds.find((seed) => !own.some((one) => one.seed === seed));
    if (missing === undefined) continue;
    throw new NosError(
      'bad-text',
      `${DATA}: no training of ${name} with seed ${missing}, which ${experiment.name} needs`,
      HINT,
    );
  }
  const wanted = new Set(trained.flatMap(({ evaluations: own }) => own));
  return experiment.findings(
    { scale, seeds: seeds.length },
    evaluations.filter((one) => wanted.has(one)),
  );
}
