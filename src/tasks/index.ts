export { cifar10Convnet } from './cifar10-convnet.ts';
export { defineTask } from './define.ts';
export { resolveTask, taskReference, tasks } from './registry.ts';
export type { LoadOptions, Task } from './task.ts';
