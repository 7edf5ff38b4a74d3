import { expect, it } from 'vitest';
import { PROCESS, WORKER } from '../../../test/support/wire-samples.ts';
import type { WorkerRecord } from './wire.ts';
import { WorkerList } from './worker-list.ts';

function worker(name: string, serves = true): WorkerRecord {
  const { search, ...record } = WORKER;
  return { ...record, name, slots: [{ ...PROCESS, name: `${name}/1` }], ...(serves && search && { search }) };
}

it('tells who has joined and who has left, of those that serve this search', () => {
  const list = new WorkerList();
  expect(list.replace([worker('a'), worker('b'), worker('c', false)])).toEqual({
    joined: ['a', 'b'],
    left: [],
  });
  expect(list.replace([worker('b'), worker('c')])).toEqual({ joined: ['c'], left: ['a'] });
  expect([...list.serving]).toEqual(['b', 'c']);
  expect(list.replace([worker('b', false)])).toEqual({ joined: [], left: ['b', 'c'] });
});

it('lists the processes of all by name, without what nobody shows', () => {
  const list = new WorkerList();
  list.replace([worker('b', false), worker('a')]);
  const { perMinute: _, sequence: __, ...shown } = PROCESS;
  expect(list.statuses()).toEqual([
    { ...shown, name: 'a/1' },
    { ...shown, name: 'b/1' },
  ]);
  list.replace([worker('b')]);
  expect(list.statuses().map(({ name }) => name)).toEqual(['b/1']);
});

it('believes the latest of what a process says of itself', () => {
  const list = new WorkerList();
  list.replace([worker('a')]);
  const later = { ...PROCESS, name: 'a/1', sequence: 8, state: 'busy', rule: 'g' } as const;
  list.update(later);
  list.replace([worker('a')]);
  expect(list.statuses()[0]).toMatchObject({ state: 'busy', rule: 'g' });
  list.update({ ...later, sequence: 9, state: 'idle' });
  expect(list.statuses()[0]?.state).toBe('idle');
});
