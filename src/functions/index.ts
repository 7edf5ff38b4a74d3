export { type Coordinates, distanceToMinimum, type TestFunction } from './test-function.ts';
export { testFunctions } from './test-functions.ts';
export {
  type Ending,
  endingOf,
  runTrajectory,
  stepsWithin,
  type Trajectory,
  type TrajectoryOptions,
} from './trajectory.ts';
export { decades, type TunedTrajectory, type TuneOptions, tuneTrajectory } from './tune.ts';
