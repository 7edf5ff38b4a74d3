export {
  type AllDiverged,
  allDivergedTexts,
  divergedReferences,
  divergedTasks,
  remarksOf,
} from './all-diverged.ts';
export { comparisonText } from './comparison.ts';
export { exportCommandText } from './export-command.ts';
export * from './format.ts';
export { leaderboardText } from './leaderboard.ts';
export { learningRateTexts } from './learning-rates.ts';
export { type ShortRule, shortRules, shortRulesBy, withName } from './short-rule.ts';
export { sparedRows, sparedText } from './spared.ts';
export { type Column, pairs, strong, table } from './table.ts';
export { type Colours, coloursFor, type Terminal, terminalOf } from './terminal.ts';
export { compareCommandText, verdictDocument, verdictText } from './verdict.ts';
