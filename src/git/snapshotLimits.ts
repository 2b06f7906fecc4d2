/** How much of the working tree a snapshot may copy into git before a run starts. */
export interface SnapshotLimits {
  /** Largest new or changed file that is held; larger ones are listed. Bytes. */
  readonly fileBytes: number;
  /** Most bytes of new and changed files held by one snapshot; the largest files are left out first. */
  readonly totalBytes: number;
  /** Most bytes of left-out files that are hashed before the start; beyond, they are listed without a hash. */
  readonly hashBytes: number;
}

const mebibyte = 1024 * 1024;

/**
 * 100 MiB is the largest file that the usual hosts take, so larger ones are data rather than code; compressing
 * 1 GiB takes about half a minute once, hashing 256 MiB less than half a second each time.
 */
export const defaultSnapshotLimits: SnapshotLimits = {
  fileBytes: 100 * mebibyte,
  totalBytes: 1024 * mebibyte,
  hashBytes: 256 * mebibyte,
};

/** What is left of the limits while one snapshot goes on, nested repositories included. */
export interface SnapshotBudget {
  readonly fileBytes: number;
  totalBytes: number;
  hashBytes: number;
}
