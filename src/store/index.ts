export { type Digest, type DigestRun, openDigest, textOf } from './digest.ts';
export { openStore } from './open.ts';
export { partSchema, type RunHead, type RunPart } from './parts.ts';
export type * from './store.ts';
export { batchSchema, removedSchema, runRecordSchema, scorePlace } from './store.ts';
