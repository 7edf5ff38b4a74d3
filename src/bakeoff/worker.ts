/** The program of a worker process: runs trials for `pool.ts`, one at a time. */
import workerpool from 'workerpool';
import { runTrial } from './trial.ts';

// A terminal's Ctrl-C goes to the whole group; the parent decides what becomes of its workers.
process.on('SIGINT', () => undefined);

workerpool.worker({ runTrial });
