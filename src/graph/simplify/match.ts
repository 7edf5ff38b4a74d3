import { constantOperation } from '../operations/constant.ts';
import { expandOperation } from '../operations/expand.ts';
import { isA, type Tensor } from '../tensor.ts';

/** Whether every element of x is known to be `value`. */
export function isFilledWith(x: Tensor, value: number): boolean {
  if (isA(x, expandOperation)) return isFilledWith(x.inputs[0]!, value);
  return isA(x, constantOperation) && x.attributes.values.every((element) => element === value);
}

/** The items of `list` with those at `removed` left out. */
export function without<T>(list: readonly T[], removed: readonly T[]): T[] {
  return list.filter((item) => !removed.includes(item));
}
