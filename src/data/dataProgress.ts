/** What a long data operation tells while it works; at most ten times a second, the last one always. */

export interface DataProgress {
  readonly phase: 'look' | 'hash' | 'place' | 'store' | 'fetch' | 'push' | 'collect';
  readonly doneFiles: number;
  readonly totalFiles?: number;
  readonly doneBytes: number;
  readonly totalBytes?: number;
  /** The path or object that is worked on now. */
  readonly path?: string;
}

/** Handed to every operation: how it is stopped, and to whom it tells how far it is. */
export interface DataTask {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DataProgress) => void;
}
