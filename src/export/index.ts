export { classNameOf, type ExportOptions, exportRule, exportTest } from './export-rule.ts';
export type { Target } from './target.ts';
export { targets } from './targets.ts';
