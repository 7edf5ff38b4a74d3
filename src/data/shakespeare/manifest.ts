/** One text file, and where it is published. Tests hand in a small one. */
export interface ShakespeareManifest {
  readonly url: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** The folder inside the data directory, and its one file. */
export const SHAKESPEARE_FOLDER = 'shakespeare';
export const SHAKESPEARE_FILE = 'input.txt';

/** 40,000 lines of Shakespeare's plays, as A. Karpathy's char-rnn trains on them (2015). */
export const SHAKESPEARE: ShakespeareManifest = {
  url: 'https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt',
  bytes: 1_115_394,
  sha256: '86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed',
};
