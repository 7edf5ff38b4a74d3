import { programOf } from './calling.ts';
import { nos } from './nos.ts';
import { askOn, openInterrupts, ownProcess } from './process.ts';

const { stdout, stderr, failure, end, exit } = ownProcess();
const interrupts = openInterrupts(exit);
const exitCode = await nos(process.argv.slice(2), {
  env: process.env,
  directory: process.cwd(),
  program: programOf({ script: process.argv[1] ?? '', directory: process.cwd(), env: process.env }),
  stdout,
  stderr,
  failure,
  ask: askOn(process.stdin, stderr),
  watchInterrupts: interrupts.watch,
});
interrupts.over();
await end(exitCode);
