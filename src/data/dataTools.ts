/** What the work on one data repository shares while an operation lasts. */
import type { DvcIgnore } from './ignore/dvcIgnore.ts';
import type { ObjectCache } from './cache/objectCache.ts';
import type { DataPool } from './workers/dataPool.ts';

export interface DataTools {
  readonly pool: DataPool;
  readonly cache: ObjectCache;
  /** Absent where the repository has no `.dvcignore` at all: what DVC never looks at is left out either way. */
  readonly ignore?: DvcIgnore;
}
