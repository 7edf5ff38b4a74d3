import type { WorkerStatus } from '../dispatcher.ts';
import type { ProcessStatus, WorkerRecord } from './wire.ts';

/** The workers as a coordinator knows them, from what they publish and from what comes with their answers. */
export class WorkerList {
  readonly #processes = new Map<string, ProcessStatus>();
  #serving: ReadonlySet<string> = new Set();

  /** The names of the workers that serve this search. */
  get serving(): ReadonlySet<string> {
    return this.#serving;
  }

  /** Takes what a worker says of one of its processes, unless something later is known. */
  update(status: ProcessStatus): void {
    const known = this.#processes.get(status.name);
    if (known === undefined || known.sequence <= status.sequence) this.#processes.set(status.name, status);
  }

  /** Takes the list of all workers that are there. Returns who serves this search only now, and who does no more. */
  replace(records: readonly WorkerRecord[]): {
    readonly joined: readonly string[];
    readonly left: readonly string[];
  } {
    const processes = records.flatMap((record) => record.slots);
    const names = new Set(processes.map(({ name }) => name));
    for (const name of this.#processes.keys()) if (!names.has(name)) this.#processes.delete(name);
    for (const status of processes) this.update(status);
    const before = this.#serving;
    this.#serving = new Set(records.filter(({ search }) => search !== undefined).map(({ name }) => name));
    const joined = [...this.#serving].filter((name) => !before.has(name));
    return { joined, left: [...before].filter((name) => !this.#serving.has(name)) };
  }

  /** One entry per process, by name. */
  statuses(): readonly WorkerStatus[] {
    const processes = [...this.#processes.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return processes.map(({ sequence: _, perMinute: __, ...status }) => status);
  }
}
