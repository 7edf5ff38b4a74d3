import { registry } from '../registry.ts';
import { c } from './c/c.ts';
import { latex, markdown } from './document/document.ts';
import { javascript } from './javascript/javascript.ts';
import { keras } from './keras/keras.ts';
import { mlx } from './mlx/mlx.ts';
import { numpy } from './numpy/numpy.ts';
import { optax } from './optax/optax.ts';
import { pytorch } from './pytorch/pytorch.ts';
import { tensorflowjs } from './tensorflowjs/tensorflowjs.ts';
import { tinygrad } from './tinygrad/tinygrad.ts';

/** Every target of {@link exportRule}. */
export const targets = registry('target', [
  pytorch,
  optax,
  keras,
  mlx,
  tinygrad,
  tensorflowjs,
  numpy,
  javascript,
  c,
  latex,
  markdown,
]);
