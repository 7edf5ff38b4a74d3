// What Linux says of a process, by its id; of those that are on this machine, and only there.
import { readFileSync } from 'node:fs';

/** Of a clock tick, as /proc has it: 100 a second on every Linux that Node runs on. */
const TICKS = 100;

/** Processor seconds that a process has taken so far, all of its threads together; not its children's. */
export function processorSeconds(pid) {
  // The second field is the program's name, in brackets, and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Bytes: `peak`, the most that was resident; `own`, what no other process shares now. */
export function memoryOf(pid) {
  const field = (file, name) =>
    1024 *
    Number(new RegExp(`^${name}:\\s*([0-9]+) kB`, 'm').exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))[1]);
  const own = field('smaps_rollup', 'Private_Clean') + field('smaps_rollup', 'Private_Dirty');
  return { peak: field('status', 'VmHWM'), own };
}

/** The processes that a process started and that are there. */
export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
