export { type DownloadOptions, download, hashFile, type RemoteFile } from './download.ts';
export type { EnvironmentVariables } from './package.ts';
export { makePartial, removeAbandoned } from './partial.ts';
export { diskTrouble, reasonOf } from './trouble.ts';
export type { Timeouts } from './watchdog.ts';
