export {
  type AllDiverged,
  allDivergedTexts,
  divergedReferences,
  divergedTasks,
  remarksOf,
} from './all-diverged.ts';
export { comparisonText } from './comparison.ts';
export * from './format.ts';
export { leaderboardText } from './leaderboard.ts';
export { type ShortRule, shortRules, withName } from './short-rule.ts';
export { type Column, pairs, strong, table } from './table.ts';
export { type Colours, coloursFor, type Terminal, terminalOf } from './terminal.ts';
export { compareCommandText, verdictDocument, verdictText } from './verdict.ts';
