export type { Label, Stream, StreamState } from './stream.ts';
export { deriveKey, foldIn, restoreStream, stream } from './stream.ts';
export type { Key } from './threefry.ts';
export { threefry2x32 } from './threefry.ts';
