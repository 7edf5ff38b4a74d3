import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { freePort, noRedis } from '../redis-server.ts';

/** No container engine and no systemd run here: what they would read is checked by parsers, and what can be run is run. */
const root = resolve(import.meta.dirname, '../..');
const read = (name: string): Promise<string> => readFile(join(root, name), 'utf8');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nos-deploy-'));
});
afterAll(() => rm(directory, { recursive: true }));

describe('Dockerfile', () => {
  it('has nothing that its linter objects to', async () => {
    expect(validate(await read('Dockerfile')).map(({ message }) => message)).toEqual([]);
    expect(validate('FROM node\nCOPPY a b').length).toBe(1);
  });
});

interface Service {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly content: string }>>;
}

const compose = async (): Promise<Compose> => parse(await read('compose.yaml'), { merge: true }) as Compose;

/** What Compose's own schema says against a file, as its linter has it. */
async function complaints(text: string): Promise<readonly string[]> {
  const file = join(directory, 'compose.yaml');
  await writeFile(file, text);
  const linter = join(root, 'node_modules/dclint/bin/dclint.cjs');
  const { stdout } = spawnSync(process.execPath, [linter, '--formatter', 'json', file], { encoding: 'utf8' });
  const [result] = JSON.parse(stdout) as [{ readonly messages: readonly Complaint[] }];
  // The interface is a variable, which that rule does not see. The others are of order and quotes.
  const errors = result.messages.filter(({ type }) => type === 'error');
  return errors.filter(({ rule }) => rule !== 'no-unbound-port-interfaces').map(({ message }) => message);
}

interface Complaint {
  readonly rule: string;
  readonly type: string;
  readonly message: string;
}

describe('compose.yaml', () => {
  it('follows the schema of Compose', async () => {
    const text = await read('compose.yaml');
    expect(await complaints(text)).toEqual([]);
    expect(await complaints(text.replace('restart: on-failure', 'restrat: on-failure'))).not.toEqual([]);
  });

  it('names the image its own paths', async () => {
    const dockerfile = await read('Dockerfile');
    const text = await read('compose.yaml');
    for (const path of ['/opt/nos/deploy/', '/var/lib/nos/runs', '/var/lib/nos/data']) {
      expect(text).toContain(path);
      expect(dockerfile).toContain(path.replace(/^\/opt\/nos\//, ''));
    }
  });

  it.skipIf(noRedis)(
    'starts a Redis that keeps, evicts nothing, and is healthy with its password',
    async () => {
      const { services, configs } = await compose();
      const secret = (text: string): string => text.replaceAll(/\$\{REDIS_PASSWORD[^}]*\}/g, 'sesame');
      const file = join(directory, 'redis.conf');
      const port = await freePort();
      const own = `port ${port}\nbind 127.0.0.1\ndir ${directory}\n`;
      await writeFile(file, own + secret(configs['redis.conf']?.content ?? ''));
      const server = spawn('redis-server', [file], { stdio: ['ignore', 'pipe', 'inherit'] });
      for await (const text of server.stdout) if (String(text).includes('Ready to accept')) break;

      const { environment = {}, healthcheck } = services.redis as Service;
      const [form, test = ''] = healthcheck?.test ?? [];
      expect(form).toBe('CMD-SHELL');
      const healthy = (password: string): number | null => {
        const env = { PATH: process.env.PATH, REDISCLI_AUTH: password };
        const shell = test.replace('redis-cli', `redis-cli -p ${port}`);
        return spawnSync('sh', ['-c', shell], { env, stdio: 'ignore' }).status;
      };
      expect(healthy(secret(environment.REDISCLI_AUTH ?? ''))).toBe(0);
      expect(healthy('wrong')).not.toBe(0);

      const settings = ['appendonly', 'appendfsync', 'save', 'maxmemory-policy'];
      const { stdout } = spawnSync('redis-cli', ['-p', `${port}`, 'config', 'get', ...settings], {
        env: { PATH: process.env.PATH, REDISCLI_AUTH: 'sesame' },
        encoding: 'utf8',
      });
      const lines = stdout.split('\n');
      const found = Object.fromEntries(settings.map((name) => [name, lines[lines.indexOf(name) + 1]]));
      expect(found).toEqual({
        appendonly: 'yes',
        appendfsync: 'everysec',
        save: '',
        'maxmemory-policy': 'noeviction',
      });
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  );
});

const UNITS = ['nos-worker.service', 'nos-coordinator@.service'] as const;
const noSystemd = spawnSync('systemd-analyze', ['--version']).error
  ? 'SKIPPED, as there is no systemd-analyze (Debian: apt-get install systemd)'
  : undefined;
if (noSystemd) console.warn(`Tests of systemd units: ${noSystemd}`);

describe.skipIf(noSystemd)('systemd', () => {
  const analyze = (...args: readonly string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

  it.each(UNITS)('%s is what systemd understands', async (name) => {
    // Programs must be there: in this clone instead of /opt/nos.
    const text = (await read(`deploy/${name}`)).replaceAll('/opt/nos', root);
    const file = join(directory, name);
    await writeFile(file, text);
    expect(analyze('verify', file)).toMatchObject({ status: 0, stderr: '' });
    await writeFile(file, text.replace('Restart=', 'Restrat='));
    expect(analyze('verify', file).stderr).toContain('Restrat');
  });

  it.each(UNITS)('%s is exposed little', (name) => {
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=20', `deploy/${name}`);
    expect(stdout).toContain('Overall exposure level');
    expect(status).toBe(0);
  });
});
