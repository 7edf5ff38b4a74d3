export { saveArchive } from './archive.ts';
export { type ByteStream, streamPackage } from './npm-package.ts';
export { makePartial, removeAbandoned } from './partial.ts';
export { diskTrouble, reasonOf } from './trouble.ts';
export { type GuardOptions, guarded, meterOf, TIMEOUTS, type Timeouts, type Watchdog } from './watchdog.ts';
