/** What a record weighs: git hosts take small objects lightly, and everybody who fetches runs gets the record of each. */
import { manifestName } from './manifest.ts';

export interface RecordSize {
  readonly bytes: number;
  /** The largest files, by path in the record; empty where the record is small. */
  readonly large: readonly { readonly path: string; readonly bytes: number }[];
}

/** What GitHub advises as the size of one object. */
export const lightBytes = 1_000_000;

const mostShown = 5;

/** @param files By path in the record. */
export function recordSize(files: ReadonlyMap<string, Buffer>): RecordSize {
  const sizes = [...files].map(([path, content]) => ({ path, bytes: content.length }));
  const bytes = sizes.reduce((sum, one) => sum + one.bytes, 0);
  const large = sizes.filter(one => one.path !== manifestName && one.bytes > lightBytes / 20);
  return {
    bytes,
    large: bytes <= lightBytes ? [] : large.sort((a, b) => b.bytes - a.bytes).slice(0, mostShown),
  };
}
