import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dataDirectory } from './directory.ts';
import { openMulti30k } from './multi30k.ts';
import { fetchPublished } from './published/fetch.ts';
import { openWmt14, WMT14 } from './wmt14.ts';
import { openWmt14Small } from './wmt14-small.ts';

describe('openWmt14', () => {
  it('joins the corpora for training, and reads the test set from SGML', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'nos-wmt14-'));
    const hand = await mkdtemp(join(tmpdir(), 'nos-hand-'));
    for (const { name } of WMT14.published.files) {
      const line = name.endsWith('.sgm') ? `<doc>\n<seg id="1">${name}</seg>\n</doc>` : `of ${name}`;
      await writeFile(join(hand, name), `${line}\n`);
    }
    await fetchPublished(WMT14.published, { directory, from: hand });
    const { train, validation, test, tokenised } = await openWmt14({ directory });
    expect(train).toEqual({
      source: ['of europarl-v7.de-en.en', 'of commoncrawl.de-en.en', 'of news-commentary-v9.de-en.en'],
      target: ['of europarl-v7.de-en.de', 'of commoncrawl.de-en.de', 'of news-commentary-v9.de-en.de'],
    });
    expect(validation).toEqual({ source: ['of newstest2013.en'], target: ['of newstest2013.de'] });
    expect(test).toEqual({
      source: ['newstest2014-deen-src.en.sgm'],
      target: ['newstest2014-deen-ref.de.sgm'],
    });
    expect(tokenised).toBe(false);
    await Promise.all([directory, hand].map((folder) => rm(folder, { recursive: true })));
  });
});

const real = dataDirectory(process.env);
const cases = [
  ['multi30k', openMulti30k, [29_000, 1_014, 1_000]],
  ['wmt14-small', openWmt14Small, [10_000, 3_000, 2_737]],
] as const;

for (const [name, open, sizes] of cases) {
  const present = existsSync(join(real, name));
  describe.runIf(present)(`the real ${name}`, () => {
    it('is aligned, and has its sentences', async () => {
      const { train, validation, test } = await open({ directory: real });
      expect([train, validation, test].map(({ source }) => source.length)).toEqual(sizes);
      expect([train, validation, test].map(({ target }) => target.length)).toEqual(sizes);
    });
  });
  if (!present)
    console.warn(`skipped: the tests on the real ${name}, which is not in ${real} (nos data fetch ${name})`);
}
