export { enterEnvironment } from './enter.ts';
export { type Environment, environments, environmentText } from './environments.ts';
