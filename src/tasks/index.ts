export { taskTitle } from '../evaluation/index.ts';
export type { CharacterTask } from './character-child.ts';
export { characterLstm } from './character-lstm.ts';
export { type CharacterSizes, characterModel } from './character-model.ts';
export type { Child, ChildState, Moment } from './child.ts';
export { cifar10Convnet } from './cifar10-convnet.ts';
export { defineTask } from './define.ts';
export type { TaskFamily } from './family.ts';
export { type GnmtDecoder, type GnmtState, openGnmtDecoder } from './gnmt/decoder.ts';
export { type GnmtDefinition, gnmtModel } from './gnmt/model.ts';
export { type EvenSizes, evenSizes, type GnmtSizes } from './gnmt/network.ts';
export { gnmtTask, type TranslationTask } from './gnmt/task.ts';
export { type TranslateOptions, translate } from './gnmt/translate.ts';
export {
  isRegistered,
  knownReference,
  presentReference,
  resolveTask,
  taskReference,
  tasks,
  travellingReference,
} from './registry.ts';
export { defineRegression, type RegressionTask } from './regression.ts';
export type { ClassifierTask, LoadOptions, Task } from './task.ts';
export { type TaskTemplate, taskTemplates, templateFiles } from './templates.ts';
