import type { Command } from '../command.ts';
import { benchStrategiesCommand } from './bench-strategies.ts';
import { bleuCommand } from './bleu.ts';
import { cardCommand } from './card.ts';
import { compareCommand } from './compare.ts';
import { dataFetchCommand, dataListCommand } from './data.ts';
import { doctorCommand } from './doctor.ts';
import { engineFetchCommand } from './engine.ts';
import { evalCommand } from './eval.ts';
import { funnelCommand } from './funnel.ts';
import { logCommand } from './log.ts';
import { noteCommand } from './note.ts';
import { plotCommand } from './plot.ts';
import { renameCommand } from './rename.ts';
import { reproduceCommand } from './reproduce.ts';
import { resumeCommand } from './resume.ts';
import { rmCommand } from './rm.ts';
import { ruleCommand } from './rule.ts';
import { rulesCommand } from './rules.ts';
import { runsCommand } from './runs.ts';
import { searchCommand } from './search.ts';
import { showCommand } from './show.ts';
import { spaceCommand } from './space.ts';
import { tasksCommand } from './tasks.ts';
import { topCommand } from './top.ts';
import { trajectoryCommand } from './trajectory.ts';
import { workerCommand } from './worker.ts';
import { workersCommand } from './workers.ts';

/** Every command, in the order of `--help`. */
export const commands: readonly Command[] = [
  searchCommand,
  resumeCommand,
  runsCommand,
  topCommand,
  showCommand,
  logCommand,
  plotCommand,
  noteCommand,
  renameCommand,
  rmCommand,
  evalCommand,
  compareCommand,
  cardCommand,
  funnelCommand,
  ruleCommand,
  rulesCommand,
  spaceCommand,
  tasksCommand,
  trajectoryCommand,
  bleuCommand,
  workerCommand,
  workersCommand,
  benchStrategiesCommand,
  reproduceCommand,
  dataFetchCommand,
  dataListCommand,
  engineFetchCommand,
  doctorCommand,
];
