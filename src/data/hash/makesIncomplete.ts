import type { WalkProblem } from '../walk/walkBatch.ts';

/** Problems that leave a file without a hash; the others leave out what DVC leaves out, too. */
export function makesIncomplete({ kind }: WalkProblem): boolean {
  return kind === 'unreadable' || kind === 'broken-link' || kind === 'special' || kind === 'bad-name';
}
