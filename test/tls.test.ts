import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noRedis, type RedisServer, startRedis } from './redis-server.ts';

/** A search and its worker over `rediss://`, with a password, and a certificate of nobody's that the system knows. */
const SECRET = 'open-sesame';
const noOpenssl = spawnSync('openssl', ['version']).error
  ? 'SKIPPED, as there is no openssl (Debian: apt-get install openssl)'
  : undefined;
if (noOpenssl) console.warn(`Tests of TLS: ${noOpenssl}`);

describe.skipIf(noRedis ?? noOpenssl)('Redis over TLS', () => {
  let redis: RedisServer;
  let directory: string;
  const file = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  };

  /** NAME.crt and NAME.key, which sign themselves. */
  const authority = (name: string): void =>
    openssl(
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)],
    );

  /** server.crt of 127.0.0.1, signed by the authority. */
  const certificate = (signer: string): void => {
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=queue'],
      ...[
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        file('server.key'),
        '-out',
        file('server.csr'),
      ],
    );
    openssl(
      ...[
        'x509',
        '-req',
        '-in',
        file('server.csr'),
        '-CA',
        file(`${signer}.crt`),
        '-CAkey',
        file(`${signer}.key`),
      ],
      ...['-CAcreateserial', '-days', '2', '-copy_extensions', 'copy', '-out', file('server.crt')],
    );
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'nos-tls-'));
    authority('ours');
    authority('theirs');
    certificate('ours');
    redis = await startRedis(
      ['--requirepass', SECRET, '--tls-auth-clients', 'no', '--tls-ca-cert-file', file('ours.crt')].concat([
        ...['--tls-cert-file', file('server.crt'), '--tls-key-file', file('server.key')],
      ]),
      { tls: true },
    );
  });
  afterAll(async () => {
    await redis.stop();
    await rm(directory, { recursive: true });
  });

  interface Run {
    readonly child: ChildProcess;
    readonly output: () => string;
  }

  /** `nos`, with what it says on both streams. */
  function nos(args: readonly string[], password = SECRET, signer = 'ours'): Run {
    const child = spawn(process.execPath, [resolve('bin/nos'), ...args], {
      env: {
        PATH: process.env.PATH,
        NODE_EXTRA_CA_CERTS: file(`${signer}.crt`),
        NOS_REDIS_URL: redis.url.replace('//', `//:${password}@`),
        NOS_DATA: directory,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    return { child, output: () => text };
  }

  async function toEnd({ child, output }: Run): Promise<{ readonly code: unknown; readonly text: string }> {
    const [code] = await once(child, 'close');
    return { code, text: output() };
  }

  it('carries a search; the password is in no output and not in the store', async () => {
    const worker = nos(['worker', '--concurrency', '1']);
    const store = file('runs.db');
    const search = [
      'search',
      '--task',
      'digits-mlp',
      '--protocol',
      'quick',
      '--samples',
      '5',
      '--batch',
      '5',
      '--run',
      'first',
    ];
    const searched = await toEnd(nos([...search, '--strategy', 'random', '--store', store]));
    expect(searched).toMatchObject({ code: 0 });
    expect(searched.text).toContain('retest');
    expect((await toEnd(nos(['workers']))).text).toMatch(/^\S+\/1 /m);
    worker.child.kill('SIGTERM');
    const worked = await toEnd(worker);
    expect(worked.code).toBe(143);
    expect(worked.text).toContain('evaluating for first');
    for (const text of [searched.text, worked.text, readFileSync(store, 'latin1')]) {
      expect(text).not.toContain(SECRET);
    }
  });

  it.each([
    ['a wrong password', 'opensesame', 'ours', /WRONGPASS/],
    ['a certificate of an unknown authority', SECRET, 'theirs', /certificate|self.signed/i],
  ] as const)('refuses %s, and says so in a line', async (_, password, signer, reason) => {
    for (const command of [['worker'], ['eval', 'sgd', '--task', 'digits-mlp'], ['workers']]) {
      const { code, text } = await toEnd(nos(command, password, signer));
      expect(code).toBe(1);
      const lines = text.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^nos: rediss:\/\/127\.0\.0\.1:[0-9]+: /);
      expect(lines[0]).toMatch(reason);
      // The second line says what to do.
      expect(lines.length).toBe(2);
      expect(text).not.toContain(password);
    }
  });
});
