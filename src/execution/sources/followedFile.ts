/** One file that is followed: reads what is new of it, in portions, and notices when its writer begins it anew. */

export interface FollowedFile {
  /** Absolute. */
  readonly path: string;
  /**
   * Reads the next portion. `'more'`: call again at once; a number: call again after so many milliseconds;
   * `'done'`: nothing until it changes.
   * @param ending The program has ended: nothing is put off but what cannot be written.
   */
  step(ending: boolean): Promise<StepOutcome>;
  /** The writer has ended and everything is read. */
  end(): Promise<void>;
  /** Lets go of what an idle file need not hold; it may go on all the same. */
  release(): Promise<void>;
}

export type StepOutcome = 'more' | 'done' | number;

/** Until a file whose content cannot be taken now is looked at again. */
export const retryMs = 250;
