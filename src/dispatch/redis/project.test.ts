import { expect, it } from 'vitest';
import { PROJECT, SEARCH, WORKER } from '../../../test/support/wire-samples.ts';
import { serversOf } from './overview.ts';
import { differences, queueName } from './project.ts';
import { fewestServedFirst } from './worker.ts';

const OTHERS = (Object.keys(PROJECT) as (keyof typeof PROJECT)[]).map((field) => ({
  ...PROJECT,
  [field]: 'another',
}));

it('has a queue of its own for each version, machine, task and data', () => {
  expect(queueName({ ...PROJECT })).toBe(queueName(PROJECT));
  expect(new Set([PROJECT, ...OTHERS].map(queueName)).size).toBe(5);
  expect(queueName({ ...PROJECT, task: '../:*' })).toMatch(/^evaluations-[0-9a-f]{12}$/);
});

it('says in words what differs', () => {
  expect(differences(PROJECT, PROJECT)).toEqual([]);
  expect(differences({ version: '1', checksum: 'a' }, { ...PROJECT, version: '2', checksum: 'b' })).toEqual([
    'the version of this program is 1 here and 2 there',
    'the checksum of the data is a here and b there',
  ]);
  expect(differences({ checksum: PROJECT.checksum }, { ...PROJECT, version: '2' })).toEqual([]);
});

it('lets a free worker look first at the searches that have the fewest workers', () => {
  const [one, two, three] = [PROJECT, ...OTHERS].map((project, i) => ({
    ...SEARCH,
    project,
    run: `run ${i}`,
  }));
  if (!one || !two || !three) throw new Error('three searches');
  const workers = [one, one, two].map((search) => ({ ...WORKER, search }));
  const { search: _, ...waiting } = WORKER;
  expect([...serversOf([...workers, waiting])]).toEqual([
    [queueName(one.project), 2],
    [queueName(two.project), 1],
  ]);
  expect(fewestServedFirst([one, two, three], workers)).toEqual([three, two, one]);
  expect(fewestServedFirst([one, two], [])).toEqual([one, two]);
});
