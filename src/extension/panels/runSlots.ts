/**
 * Which place in the palette a run has: once given, a run keeps its colour and marker in every chart of this
 * workspace. Two runs shown together never share one.
 */
import type * as vscode from 'vscode';
import * as z from 'zod';

const key = 'lockstep.runSlots';
/** Oldest entries are forgotten beyond this many. */
const keptRuns = 2000;
const storedSchema = z.record(z.string(), z.int().nonnegative());

export class RunSlots {
  readonly #memory: vscode.Memento;

  constructor(memory: vscode.Memento) {
    this.#memory = memory;
  }

  /** Slots of runs that are shown together, by id; new ones are remembered. */
  assign(ids: readonly string[]): ReadonlyMap<string, number> {
    const stored = storedSchema.safeParse(this.#memory.get(key));
    const known = new Map(Object.entries(stored.success ? stored.data : {}));
    const slots = assignSlots(ids, known);
    if (ids.some(id => known.get(id) !== slots.get(id))) {
      for (const [id, slot] of slots) known.set(id, slot);
      void this.#memory.update(key, Object.fromEntries([...known].slice(-keptRuns)));
    }
    return slots;
  }
}

/** A remembered slot is kept unless an earlier run of `ids` holds it; the others get the lowest free ones. */
export function assignSlots(ids: readonly string[], known: ReadonlyMap<string, number>): Map<string, number> {
  const slots = new Map<string, number>();
  const taken = new Set<number>();
  for (const id of ids) {
    const slot = known.get(id);
    if (slot === undefined || taken.has(slot)) continue;
    slots.set(id, slot);
    taken.add(slot);
  }
  let free = 0;
  for (const id of ids) {
    if (slots.has(id)) continue;
    while (taken.has(free)) free++;
    slots.set(id, free);
    taken.add(free);
  }
  return slots;
}
