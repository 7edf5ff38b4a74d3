import { expect, it } from 'vitest';
import { taskFileName, taskTitle } from './task-title.ts';

it.each([
  ['digits-mlp', 'digits-mlp', 'digits-mlp'],
  ['/home/me/spirals.mjs#6b1f0c2d9e8a', 'spirals.mjs', 'spirals.mjs'],
  [String.raw`C:\me\spirals.mjs`, 'spirals.mjs', 'spirals.mjs'],
  ['/home/me/tiny-net/nos.task.json#6b1f0c2d9e8a', 'nos.task.json', 'tiny-net'],
  [String.raw`C:\me\tiny-net\nos.task.json`, 'nos.task.json', 'tiny-net'],
  ['nos.task.json', 'nos.task.json', 'nos'],
  ['/data/commands/command-6b1f0c2d9e8a.task.json', 'command-6b1f0c2d9e8a.task.json', 'command-6b1f0c2d9e8a'],
])('%s is the file %s, and called %s', (reference, file, title) => {
  expect([taskFileName(reference), taskTitle(reference)]).toEqual([file, title]);
});
