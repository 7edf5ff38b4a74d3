import { type BeamScore, beamSearch, greedySearch, SPECIAL, type TextCoder } from '../../text/index.ts';
import type { GnmtDecoder } from './decoder.ts';

export interface TranslateOptions {
  readonly coders: { readonly source: TextCoder; readonly target: TextCoder };
  /** Symbols of a source sentence, its end counted; a longer one is cut. */
  readonly sourceLength: number;
  /** Symbols written at most, the end counted. */
  readonly maximumLength: number;
  /** Sentences at a time: a network is made for so many. */
  readonly batch: number;
  /** Default: greedily. */
  readonly beam?: BeamScore & { readonly width: number };
  /** Called after every batch: a sign of life. */
  readonly onBatch?: () => void;
}

/** Translates lines, as text, in order. */
export async function translate(
  decoder: GnmtDecoder,
  lines: readonly string[],
  options: TranslateOptions,
): Promise<readonly string[]> {
  const { coders, batch, maximumLength, beam, onBatch = () => undefined } = options;
  const limits = { begin: SPECIAL.begin, end: SPECIAL.end, maximumLength };
  const translations: string[] = [];
  for (let first = 0; first < lines.length; first += batch) {
    const used = lines.slice(first, first + batch);
    const { rows, lengths } = sourceRows(used, options);
    const start = await decoder.encode(rows);
    const written = beam
      ? await beamSearch(decoder, start, batch, { ...limits, ...beam, sourceLengths: lengths })
      : await greedySearch(decoder, start, batch, limits);
    for (const [i] of used.entries()) translations.push(coders.target.decode(written[i]?.tokens ?? []));
    onBatch();
  }
  return translations;
}

/** Lines as a network reads them. */
export interface SourceRows {
  /** [batch, source length]: ended and padded. Rows that no line is left for are sentences without words. */
  readonly rows: Int32Array;
  /** [batch]: symbols, the end counted. */
  readonly lengths: readonly number[];
}

export function sourceRows(
  lines: readonly string[],
  { coders, batch, sourceLength }: Pick<TranslateOptions, 'coders' | 'batch' | 'sourceLength'>,
): SourceRows {
  const sentences = Array.from({ length: batch }, (_, row) => [
    ...coders.source.encode(lines[row] ?? '').subarray(0, sourceLength - 1),
    SPECIAL.end,
  ]);
  const rows = new Int32Array(batch * sourceLength);
  for (const [row, sentence] of sentences.entries()) rows.set(sentence, row * sourceLength);
  return { rows, lengths: sentences.map(({ length }) => length) };
}
