import { readLines } from './lines.ts';

const SEGMENT = /<seg\b[^>]*>(.*)<\/seg>/u;

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: '&', lt: '<', gt: '>' };

/**
 * The sentences of a test set of WMT in SGML, one `<seg>` per line; its four entities become what they stand for, which BLEU's
 * tokenisation 13a would do anyway.
 *
 * @throws NosError `bad-text` as `readLines` does.
 */
export async function readSegments(path: string): Promise<readonly string[]> {
  const lines = await readLines(path);
  return lines.flatMap((line) => {
    const segment = SEGMENT.exec(line)?.[1];
    return segment === undefined
      ? []
      : [segment.trim().replace(/&(quot|amp|lt|gt);/gu, (_, name) => ENTITIES[name] as string)];
  });
}
