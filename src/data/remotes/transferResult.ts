/** What goes over to the other side, and how it went: one object's failure costs that object alone. */
import type { LockstepError } from '../../base/lockstepError.ts';
import type { ObjectId } from '../objectId.ts';

export interface TransferItem {
  readonly id: ObjectId;
  /** Bytes, where the pin tells. */
  readonly size?: number;
  /** Where a remote that keeps versions by path has it; else the place that the id says. Fetching only. */
  readonly at?: { readonly key: string; readonly versionId?: string };
}

/** The cache on this side; `DataSettings` is one. */
export interface CachePlace {
  /** Absolute. */
  readonly cacheFolder: string;
  /** `cache.shared = group`: folders are made for the group, too. */
  readonly sharedWithGroup: boolean;
}

export interface TransferFailure {
  readonly id: ObjectId;
  readonly error: LockstepError;
}

export interface TransferResult {
  /** Brought over now, verified. */
  readonly transferred: readonly ObjectId[];
  /** How many were there before. */
  readonly alreadyThere: number;
  /** What the sending side does not have. */
  readonly missing: readonly ObjectId[];
  readonly failed: readonly TransferFailure[];
  /** That went over the line. */
  readonly bytes: number;
}

/** Tells ids apart: the same digits mean two objects under the two algorithms. */
export function transferKey(id: ObjectId): string {
  return `${id.algorithm}.${id.value}`;
}

/** Every id once. */
export function uniqueItems(items: Iterable<TransferItem>): TransferItem[] {
  const seen = new Map<string, TransferItem>();
  for (const item of items) {
    const key = transferKey(item.id);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}
