export {
  type Behaviour,
  behaviourHash,
  behaviourOf,
  type OrdinaryUpdates,
  ordinaryUpdates,
} from './behaviour.ts';
export { distance, NEAR } from './distance.ts';
export { isNearCopy, type Likeness, likenessOf } from './near.ts';
export { rejection } from './rejection.ts';
