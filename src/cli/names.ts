import { levels } from '../log-events.ts';

/** The names that options and arguments accept, from the registries. Their rooms are loaded when somebody asks. */
export const names = {
  tasks: async () => (await import('../tasks/index.ts')).tasks.names,
  spaces: async () => (await rules()).spaces.names,
  constraints: async () => (await rules()).constraints,
  rules: async () => (await rules()).catalogue.map(({ name }) => name),
  strategies: async () => (await import('../search/index.ts')).strategies.names,
  algorithms: async () => (await import('../controller/index.ts')).algorithms.names,
  protocols: async () => (await import('../evaluation/index.ts')).protocols.names.map(withEpochs),
  environments: async () => (await import('../evaluation/index.ts')).environments.names,
  functions: async () => (await import('../functions/index.ts')).testFunctions.names,
  entrants: async () => (await import('../bakeoff/index.ts')).entrants.names,
  landscapes: async () => (await import('../bakeoff/index.ts')).landscapes.names,
  experiments: async () => (await import('../reproduce/index.ts')).experiments.names,
  dataSets: async () => (await import('../data/index.ts')).dataSets.names,
  logLevels: () => [...levels, 'silent'],
};

const rules = () => import('../rules/index.ts');

/** `final` and `curves` say no length of their own. */
const withEpochs = (name: string): string =>
  name === 'final' || name === 'curves' ? `${name}@EPOCHS` : name;
