import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../command-line.ts';

const { here, home, ...real } = commandLine();
const { nos, json } = here;

const { examples } = JSON.parse(readFileSync(new URL('../fixtures/sacrebleu.json', import.meta.url), 'utf8'));

function write(name: string, lines: readonly string[]): string {
  writeFileSync(join(home, name), `${lines.join('\n')}\n`);
  return name;
}

describe('nos bleu', () => {
  it('prints the score of two references, and how it was computed', async () => {
    const example = examples.find((each: { name: string }) => each.name === 'two references');
    const files = [example.hypotheses, ...example.references].map((lines, i) => write(`two-${i}`, lines));
    const { code, stdout, stderr } = await real.nos(['bleu', ...files]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`BLEU ${example.score.toFixed(2)}`);
    expect(lines[2]).toMatch(/^16 sentences, /);
    expect(lines[3]).toBe(example.signature);
  });

  it('gives one document, and calls text that is tokenised by its name', async () => {
    const example = examples.find((each: { name: string }) => each.name === 'tokenised, two references');
    const files = [example.hypotheses, ...example.references].map((lines, i) => write(`tok-${i}`, lines));
    const { code, stdout } = await nos(['bleu', ...files, '--tokenised', '--json']);
    expect(code).toBe(0);
    const { score, ...document } = JSON.parse(stdout);
    expect(score).toBeCloseTo(example.score, 9);
    expect(document).toMatchObject({
      name: 'tokenised BLEU',
      sentences: 16,
      matches: example.matches,
      totals: example.totals,
      hypothesisLength: example.hypothesisLength,
      referenceLength: example.referenceLength,
      signature: example.signature,
    });
  });

  it('says so where raw text is expected and looks tokenised', async () => {
    const file = write('looks', ['A man sleeps .', 'A dog runs .']);
    const { code, stderr } = await nos(['bleu', file, file]);
    expect(code).toBe(0);
    expect(stderr).toContain('looks looks tokenised: raw text is expected, or --tokenised');
    expect((await nos(['bleu', file, file, '--tokenised'])).stderr).toBe('');
  });

  it('says what SacreBLEU reads in another way', async () => {
    writeFileSync(join(home, 'marked'), '\ufeffA man sleeps here now.\n');
    const plain = write('plain', ['A man sleeps here now.']);
    const mark =
      'marked begins with a byte order mark, which is left out; SacreBLEU takes it for a part of the first word';
    const marked = await nos(['bleu', 'marked', plain]);
    expect(marked.stdout).toMatch(/^BLEU 100\.00\n/);
    expect(marked.stderr).toBe(`${mark}\n`);
    writeFileSync(join(home, 'old'), 'A man sleeps\rhere now.\n');
    const ends =
      'old has carriage returns within lines, which are left as they are; SacreBLEU ends a line at each';
    expect(await json(['bleu', 'old', 'marked'])).toMatchObject({ notes: [ends, mark] });
    expect(await json(['bleu', plain, plain])).toMatchObject({ notes: [] });
  });

  it.each([
    ['files that are not aligned', ['a', 'b', 'c'], ['a', 'b'], /hypotheses has 3 lines, .*reference has 2/],
    ['an empty reference', ['a'], [], /the text .*reference is empty/],
  ])('refuses %s', async (_, hypotheses, reference, message) => {
    const path = write('hypotheses', hypotheses);
    writeFileSync(join(home, 'reference'), reference.map((line) => `${line}\n`).join(''));
    const { code, stderr } = await nos(['bleu', path, 'reference']);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
  });

  it('refuses a missing file, and in JSON', async () => {
    const { code, stdout } = await nos(['bleu', 'nothing', 'here', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'bad-text',
      message: 'the text nothing is missing',
    });
  });
});
