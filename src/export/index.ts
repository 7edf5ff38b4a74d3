export { classNameOf, type ExportOptions, exportRule } from './export-rule.ts';
export type { Target } from './target.ts';
export { targets } from './targets.ts';
