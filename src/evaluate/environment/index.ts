export { enterEnvironment } from './enter.ts';
export { type Environment, environments, findEnvironment } from './environments.ts';
