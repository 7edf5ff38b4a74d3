import { NosError } from './errors.ts';

/** A text, or why its bytes are none. */
type DecodedText =
  | {
      readonly text: string;
      /** A byte order mark at its beginning was left out. */
      readonly marked: boolean;
    }
  /** What it is instead, as `UTF-16 (little-endian)`; or the first line, from 1 on, that is not UTF-8. */
  | { readonly text?: undefined; readonly encoding: string }
  | { readonly text?: undefined; readonly line: number };

/** The marks that tell other encodings, the longest first. */
const MARKS: readonly { readonly bytes: readonly number[]; readonly encoding: string }[] = [
  { bytes: [0xff, 0xfe, 0, 0], encoding: 'UTF-32 (little-endian)' },
  { bytes: [0, 0, 0xfe, 0xff], encoding: 'UTF-32 (big-endian)' },
  { bytes: [0xff, 0xfe], encoding: 'UTF-16 (little-endian)' },
  { bytes: [0xfe, 0xff], encoding: 'UTF-16 (big-endian)' },
];

/** Decodes UTF-8, with a byte order mark or without; says what other bytes are. */
function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = otherEncoding(bytes);
  if (encoding !== undefined) return { encoding };
  const marked = begins(bytes, [0xef, 0xbb, 0xbf]);
  const text = decodeUtf8(bytes);
  return text === undefined ? { line: badLine(bytes) } : { text, marked };
}

/**
 * The text of a file that a user names.
 *
 * @throws NosError `bad-text` that names the encoding, or the first line that is not UTF-8.
 */
export function readableText(
  bytes: Uint8Array,
  path: string,
): { readonly text: string; readonly marked: boolean } {
  const decoded = decodeText(bytes);
  if (decoded.text !== undefined) return decoded;
  const what =
    'encoding' in decoded
      ? `${path} is in ${decoded.encoding}`
      : `line ${decoded.line} of ${path} is not UTF-8`;
  throw new NosError('bad-text', what, 'save the text as UTF-8');
}

function otherEncoding(bytes: Uint8Array): string | undefined {
  const mark = MARKS.find((known) => begins(bytes, known.bytes));
  if (mark !== undefined) return mark.encoding;
  // Without a mark: of a letter of the Latin script, one of the two bytes is 0.
  const order = orderOfZeros(bytes);
  return order === undefined ? undefined : `UTF-16 (${order}, without a byte order mark)`;
}

/** Which half of the first pairs of bytes is 0, if it is always the same one. */
function orderOfZeros(bytes: Uint8Array): 'little-endian' | 'big-endian' | undefined {
  if (bytes.length < 2) return undefined;
  const pairs = Array.from({ length: Math.min(bytes.length >> 1, 8) }, (_, i) => [
    bytes[2 * i],
    bytes[2 * i + 1],
  ]);
  if (pairs.every(([first, second]) => first !== 0 && second === 0)) return 'little-endian';
  if (pairs.every(([first, second]) => first === 0 && second !== 0)) return 'big-endian';
  return undefined;
}

function begins(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, i) => bytes[i] === byte);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

const LINE_FEED = 10;

function badLine(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  // No byte of a longer UTF-8 character is a line feed, so that lines can be judged one by one.
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1 || decodeUtf8(bytes.subarray(start, end)) === undefined) return line;
    line++;
    start = end + 1;
  }
}
