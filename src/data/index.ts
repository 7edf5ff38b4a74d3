export type { LabelledArrays } from './arrays.ts';
export { arrayDataset } from './arrays.ts';
export { cropAndFlip } from './augment.ts';
export { type CharacterText, characterText } from './characters.ts';
export type { OpenCifar10Options } from './cifar10/open.ts';
export { openCifar10 } from './cifar10/open.ts';
export type { Dataset, Split } from './dataset.ts';
export { digitsCsv, openDigits } from './digits.ts';
export { dataDirectory } from './directory.ts';
export {
  type CsvClassification,
  type CsvColumn,
  type CsvRegression,
  fromCsv,
} from './from-csv.ts';
export { openFashionMnist, openMnist } from './mnist/open.ts';
export { openMulti30k } from './multi30k.ts';
export type { ParallelSplit, ParallelText } from './parallel-text.ts';
export type { FetchOptions, FetchProgress } from './progress.ts';
export type { Normalisation } from './records.ts';
export { recordSplit } from './records.ts';
export type { DataSetDefinition, DataSetStatus, OpenedData } from './registry.ts';
export { dataSets } from './registry.ts';
export {
  type RegressionArrays,
  type RegressionDataset,
  type RegressionParts,
  regressionDataset,
} from './regression.ts';
export { openShakespeare } from './shakespeare.ts';
export { openWmt14 } from './wmt14.ts';
export { openWmt14Small } from './wmt14-small.ts';
