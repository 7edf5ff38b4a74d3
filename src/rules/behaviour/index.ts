export { behaviourHash, type OrdinaryUpdates, ordinaryUpdates } from './behaviour.ts';
export { distance, NEAR } from './distance.ts';
export { rejection } from './rejection.ts';
