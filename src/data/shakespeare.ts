import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CharacterText, characterText } from './characters.ts';
import { filesBelow, type PublishedFile, type PublishedFiles } from './published/manifest.ts';
import { verifyPublished } from './published/verify.ts';

const text: PublishedFile = {
  name: 'input.txt',
  bytes: 1_115_394,
  sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
};

/** 40,000 lines of Shakespeare's plays, as A. Karpathy's char-rnn trains on them (2015). */
export const SHAKESPEARE: PublishedFiles = {
  name: 'shakespeare',
  title: 'Shakespeare',
  files: [text],
  sources: [
    filesBelow(
      'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/',
      [text],
      'file',
    ),
  ],
};

/**
 * The characters of tinyshakespeare: 1,003,854 for training, 55,769 for validation, 55,771 for tests, of 65 kinds. The file
 * is verified.
 *
 * @param options.directory The data directory; the text lies in its folder `shakespeare`.
 * @throws NosError `data-missing` or `data-corrupt`.
 */
export async function openShakespeare({
  directory,
  published = SHAKESPEARE,
}: {
  readonly directory: string;
  /** Another text of one file, for tests. */
  readonly published?: PublishedFiles;
}): Promise<CharacterText> {
  const folder = join(directory, published.name);
  await verifyPublished(folder, published);
  return characterText(published.name, await readFile(join(folder, text.name), 'utf8'));
}
