/** What is to be said at the end of a run whose operations were to be recorded: what that took, or why there are none. */
import { readTail } from '../../base/readTail.ts';

/** The recorder's last words stand at the end of its file, see record_operations.py. */
const tailBytes = 64 * 1024;

/** @param path `operations.jsonl` of the run. Undefined where nothing is known: the program was killed while it recorded. */
export async function recordedOperations(path: string): Promise<string | undefined> {
  const tail = await readTail(path, tailBytes);
  if (tail === undefined)
    return 'No operations were recorded: no Python program of the run computed anything with PyTorch.';
  const last = tail.trimEnd().split('\n').map(parse);
  const problem = last.findLast(line => typeof line?.['problem'] === 'string')?.['problem'];
  if (typeof problem === 'string') return `Not all operations were recorded: ${problem}.`;
  const end = last.findLast(line => typeof line?.['end'] === 'object')?.['end'];
  const { operations, seconds, of } = (end ?? {}) as Record<string, unknown>;
  if (typeof operations !== 'number' || typeof seconds !== 'number' || typeof of !== 'number')
    return undefined;
  const each = operations === 1 ? 'the 1 operation' : `${operations} operations`;
  return `Recording what ${each} computed took ${shortSeconds(seconds)} of ${shortSeconds(of)}.`;
}

function shortSeconds(seconds: number): string {
  return `${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
