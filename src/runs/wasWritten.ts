/** Whether an output is one: a declared one is listed also where the run did not write it. */
import type { FileUse } from './captured.ts';

export function wasWritten({ problem, unwritten }: Pick<FileUse, 'problem' | 'unwritten'>): boolean {
  return problem !== 'missing' && unwritten !== true;
}
