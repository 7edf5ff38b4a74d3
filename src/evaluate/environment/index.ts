export { enterEnvironment } from './enter.ts';
export { type Environment, environments, environmentText, findEnvironment } from './environments.ts';
