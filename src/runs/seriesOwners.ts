/**
 * Marks in the metric log that say who logs a series under its name, for runs in which several sources log metrics of
 * one name. A mark is the name of a source among those of the progress, so that readers who know nothing of it pass
 * over it: `owner:` and a JSON array of the series' key, its rank (null: none), its owner, and the key as the owner
 * tells it; where the series was another's before, followed by the key that its points so far have from here on, and
 * the owner they stay with.
 */
import * as z from 'zod';

export interface OwnerMark {
  readonly key: string;
  readonly rank: number | null;
  readonly owner: string;
  /** As the owner calls the metric. */
  readonly told: string;
  /** What was logged under the key before this mark. */
  readonly moved?: { readonly key: string; readonly owner: string } | undefined;
}

const start = 'owner:';
const markSchema = z.tuple([
  z.string(),
  z.int().nonnegative().nullable(),
  z.string(),
  z.string(),
  z.string().optional(),
  z.string().optional(),
]);

/** The mark as the name of a source. */
export function ownerMarkText({ key, rank, owner, told, moved }: OwnerMark): string {
  const parts = [key, rank, owner, told, ...(moved === undefined ? [] : [moved.key, moved.owner])];
  return start + JSON.stringify(parts);
}

/** Undefined for a source that is no mark. */
export function ownerMarkOf(source: string): OwnerMark | undefined {
  if (!source.startsWith(start)) return undefined;
  try {
    const [key, rank, owner, told, movedKey, movedOwner] = markSchema.parse(
      JSON.parse(source.slice(start.length)),
    );
    const moved =
      movedKey === undefined || movedOwner === undefined ? undefined : { key: movedKey, owner: movedOwner };
    return { key, rank, owner, told, moved };
  } catch {
    return undefined;
  }
}

/** What the metrics of one owner are called in the log: its own name for one → the key. By {@link toldId}. */
export function keysOfOwner(owner: string, sources: Iterable<string>): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  for (const source of sources) {
    const mark = ownerMarkOf(source);
    if (mark === undefined) continue;
    if (mark.owner === owner) keys.set(toldId(mark.told, mark.rank), mark.key);
    if (mark.moved?.owner !== owner) continue;
    for (const [told, key] of keys)
      if (key === mark.key && told === toldId(toldOf(told), mark.rank)) keys.set(told, mark.moved.key);
  }
  return keys;
}

/** Who has each key, as far as marks tell. By {@link toldId} of the key. */
export function ownersOfKeys(sources: Iterable<string>): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  for (const source of sources) {
    const mark = ownerMarkOf(source);
    if (mark !== undefined) owners.set(toldId(mark.key, mark.rank), mark.owner);
  }
  return owners;
}

export function toldId(told: string, rank: number | null): string {
  return `${rank ?? ''}\0${told}`;
}

function toldOf(id: string): string {
  return id.slice(id.indexOf('\0') + 1);
}
