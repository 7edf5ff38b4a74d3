export type { CharacterTask } from './character-child.ts';
export { characterLstm } from './character-lstm.ts';
export { type CharacterSizes, characterModel } from './character-model.ts';
export type { Child, ChildState, Moment } from './child.ts';
export { cifar10Convnet } from './cifar10-convnet.ts';
export { defineTask } from './define.ts';
export type { TaskFamily } from './family.ts';
export { resolveTask, taskFamilies, taskReference, tasks, taskTitle } from './registry.ts';
export type { ClassifierTask, LoadOptions, Task } from './task.ts';
