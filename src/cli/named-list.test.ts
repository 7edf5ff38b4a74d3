import { expect, it } from 'vitest';
import { algorithms, DEFAULT_ALGORITHM } from '../controller/index.ts';
import { environments, protocols } from '../evaluation/index.ts';
import { strategies } from '../search/index.ts';
import { command as search } from './commands/search.ts';
import { defaultOf } from './option.ts';

it('lists that mark a default begin with the default of the option', () => {
  const { strategy, protocol, environment } = search.options;
  expect([strategies, protocols, environments].map(({ names }) => names[0])).toEqual(
    [strategy, protocol, environment].map(defaultOf),
  );
  expect(algorithms.names[0]).toBe(DEFAULT_ALGORITHM);
});
