export {
  type Behaviour,
  behaviourHash,
  behaviourOf,
  type OrdinaryUpdates,
  ordinaryUpdates,
} from './behaviour.ts';
export { distance, NEAR } from './distance.ts';
export { rejection } from './rejection.ts';
