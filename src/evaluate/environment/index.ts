export { enterEnvironment } from './enter.ts';
