import { describe, expect, it } from 'vitest';
import { identityOf, parseProtocol } from '../evaluation/index.ts';
import { shellWord } from '../shell.ts';
import { command as search } from './commands/search.ts';
import { names } from './names.ts';
import { metaOf, splitList } from './option.ts';
import { presets } from './presets.ts';

describe.each(Object.entries(names))('the %s', (kind, load) => {
  it('are each one word that a shell reads as it stands, and that no list splits', async () => {
    const all = await load();
    expect(all.length).toBeGreaterThan(0);
    expect(new Set(all).size, kind).toBe(all.length);
    for (const name of all) expect([shellWord(name), ...splitList(name)]).toEqual([name, name]);
  });
});

describe('names', () => {
  it('of rules and of protocols are those that their parsers take', async () => {
    for (const name of await names.rules()) expect(identityOf(name).key).not.toBe('');
    const protocols = await names.protocols();
    // These two need a number of epochs.
    expect(protocols.filter((name) => name.includes('@')).sort()).toEqual(['curves@EPOCHS', 'final@EPOCHS']);
    for (const name of protocols) expect(() => parseProtocol(name.replace('EPOCHS', '3'))).not.toThrow();
  });
});

describe.each(Object.entries(presets))('preset %s', (_, preset) => {
  it('sets options of the search, to names that they offer', async () => {
    for (const [key, value] of Object.entries(preset)) {
      const option = search.options[key as keyof typeof search.options];
      expect(option, key).toBeDefined();
      const offered = await metaOf(option).names?.();
      if (offered !== undefined) expect(offered).toContain(value);
    }
  });
});

it('preset paper has the figures of the paper', () => {
  // NOS §4.2: mini-batches of 5 rules, learning rate 1e-5, entropy penalty 0.0015; Figure 4 ends at 45,000 rules.
  expect(presets.paper).toMatchObject({
    ...{ space: 'icml2017', protocol: 'paper', samples: 45_000, batch: 5 },
    option: { learningRate: 0.000_01, entropyWeight: 0.0015 },
  });
});
