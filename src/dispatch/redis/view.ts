import type { WorkerStatus } from '../dispatcher.ts';
import type { SlotStatus, WorkerRecord } from './wire.ts';

/** The workers as a coordinator knows them, from what they publish and from what comes with their answers. */
export class WorkerView {
  readonly #slots = new Map<string, SlotStatus>();

  /** Takes what a worker says of itself, unless something later is known. */
  update(slot: SlotStatus): void {
    const known = this.#slots.get(slot.name);
    if (known === undefined || known.sequence <= slot.sequence) this.#slots.set(slot.name, slot);
  }

  /** Takes the list of all who are there. */
  replace(records: readonly WorkerRecord[]): void {
    const slots = records.flatMap((record) => record.slots);
    const there = new Set(slots.map(({ name }) => name));
    for (const name of this.#slots.keys()) if (!there.has(name)) this.#slots.delete(name);
    for (const slot of slots) this.update(slot);
  }

  /** By name. */
  statuses(): readonly WorkerStatus[] {
    const slots = [...this.#slots.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return slots.map(({ sequence: _, perMinute: __, ...status }) => status);
  }
}
