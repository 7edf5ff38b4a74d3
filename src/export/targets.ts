import { c } from './c/c.ts';
import { javascript } from './javascript/javascript.ts';
import { numpy } from './numpy/numpy.ts';
import { pytorch } from './pytorch/pytorch.ts';
import type { Target } from './target.ts';

/** Every target of `exportRule`. */
export const targets: readonly Target[] = [pytorch, numpy, javascript, c];
