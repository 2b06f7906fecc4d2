/** Requests about past runs of other tools. Plain data; part of EngineRequests. */
import type { ImportKind } from '../../imports/importKind.ts';
import type { ImportReport } from '../../imports/importRuns.ts';
import type { Request } from '../thread/threadMessages.ts';

export interface FoundImport {
  /** Absolute. */
  readonly path: string;
  readonly kind: ImportKind;
}

export interface ImportRequests {
  /** What can be imported where these tools write by default, below a folder. */
  findImports: Request<{ readonly folder: string }, readonly FoundImport[]>;
  /**
   * Makes run records; tells how far it is. What was imported until an abort stands whole. Throws
   * `import-kind-unknown`, and as importRuns.
   */
  importRuns: Request<
    {
      readonly path: string;
      readonly root: string;
      readonly store: string;
      readonly toolVersion: string;
    },
    ImportReport & { readonly kind: ImportKind }
  >;
}
