import { userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandHome, homeDirectory, userDirectories } from './user-directories.ts';

const linux = it.skipIf(process.platform !== 'linux');

describe('userDirectories', () => {
  linux('follow the XDG specification', () => {
    expect(userDirectories({ HOME: '/home/ada' })).toEqual({
      data: '/home/ada/.local/share/nos',
      cache: '/home/ada/.cache/nos',
    });
    const environment = { HOME: '/home/ada', XDG_DATA_HOME: '/data', XDG_CACHE_HOME: '/cache' };
    expect(userDirectories(environment)).toEqual({ data: '/data/nos', cache: '/cache/nos' });
  });

  linux.each(['', 'share', './share', '~/share', '../share'])(
    'pass over XDG_DATA_HOME=%s',
    (XDG_DATA_HOME) => {
      const { data } = userDirectories({ HOME: '/home/ada', XDG_DATA_HOME, XDG_CACHE_HOME: XDG_DATA_HOME });
      expect(data).toBe('/home/ada/.local/share/nos');
    },
  );

  linux.each([undefined, '', 'home', '.', '~'])('pass over HOME=%s', (HOME) => {
    expect(homeDirectory({ HOME })).toBe(userInfo().homedir);
    expect(userDirectories({ HOME }).data).toBe(join(userInfo().homedir, '.local/share/nos'));
  });

  it('are absolute', () => {
    expect(Object.values(userDirectories({})).every(isAbsolute)).toBe(true);
  });
});

describe('expandHome', () => {
  const environment = { HOME: '/home/ada', USERPROFILE: '/home/ada' };
  const expand = (path: string): string => expandHome(path, '--store', environment);

  linux.each([
    ['~', '/home/ada'],
    ['~/', '/home/ada/'],
    ['~/x.db', '/home/ada/x.db'],
    ['~/a b/~/c', '/home/ada/a b/~/c'],
  ])('makes %s the home', (path, expanded) => expect(expand(path)).toBe(expanded));

  it.each(['x.db', '/x/~/y', './~/x', '~x.db', 'a~/b', 'https://host/~ada/x', ''])(
    'leaves %s alone',
    (path) => {
      expect(expand(path)).toBe(path);
    },
  );

  it.each(['~ada/x.db', '~root/', '~+/x'])('refuses %s, the home of another user', (path) => {
    expect(() => expand(path)).toThrow(
      expect.objectContaining({
        code: 'bad-option',
        message: `--store: '${path}' begins with the home of another user, which is not looked up`,
        hint: expect.stringMatching(/^write the path in full/),
      }),
    );
  });
});
