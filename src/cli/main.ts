import { programOf } from './calling.ts';
import { watchInterrupts } from './interrupt.ts';
import { nos } from './nos.ts';

quietWhenClosed(process.stdout);
quietWhenClosed(process.stderr);
process.exitCode = await nos(process.argv.slice(2), {
  env: process.env,
  directory: process.cwd(),
  program: programOf({ script: process.argv[1] ?? '', directory: process.cwd(), env: process.env }),
  stdout: process.stdout,
  stderr: process.stderr,
  watchInterrupts,
});

/** `nos log RUN | head` closes our output early: that is no error, and nobody reads what would follow. */
function quietWhenClosed(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}
