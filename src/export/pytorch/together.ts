import type { Plan } from '../plan.ts';
import type { TogetherWriters } from '../python/together.ts';

/** The states that there are for the whole network. */
export const networkStates = ({ states, extents }: Plan): readonly string[] =>
  states.filter((name) => extents.get(name) === 'network');

/** The states that a parameter has of its own. */
export const ownStates = ({ states, extents }: Plan): readonly string[] =>
  states.filter((name) => extents.get(name) !== 'network');

/** How torch reduces over all tensors, each of which may be on a device of its own. */
export const torchTogether: TogetherWriters = {
  square: (x) => `torch.square(${x})`,
  root: (x) => `torch.sqrt(${x})`,
  absolute: (x) => `torch.abs(${x})`,
  sum: (x) => `torch.sum(${x})`,
  largest: (x) => `torch.amax(${x})`,
  count: (x) => `${x}.numel()`,
  stacked: (numbers) => `torch.stack(${numbers})`,
  moved: (value, to) => `${value}.to(${to})`,
};
