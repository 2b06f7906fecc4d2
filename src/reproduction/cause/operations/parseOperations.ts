/**
 * Reads a recording of operations (`operations.jsonl`, written by record_operations.py). Invariant: a torn, foreign or
 * hostile line ends nothing: it is no operation, and what follows is read on.
 */
export interface Operation {
  /** As the framework names it: `aten::mm`. */
  readonly name: string;
  /** Of each tensor that it returned; null where it has none. */
  readonly hashes: readonly (string | null)[];
  /** Of the program: relative to the repository where below it, else absolute as it ran. */
  readonly file?: string;
  readonly line?: number;
  /** How many steps optimizers had made. */
  readonly steps?: number;
}

export interface Recording {
  readonly operations: readonly Operation[];
  /** Why it is not whole, in the words of the recorder. */
  readonly problems: readonly string[];
}

const mostOperations = 250_000;
const mostProblems = 20;
const longestText = 1_000;

export function parseOperations(text: string): Recording {
  const operations: Operation[] = [];
  const problems: string[] = [];
  for (let at = 0; at < text.length && operations.length < mostOperations;) {
    const end = text.indexOf('\n', at);
    // Without its line end a line is still being written.
    if (end < 0) break;
    const entry = parseLine(text.slice(at, end));
    at = end + 1;
    if (typeof entry === 'string') {
      if (problems.length < mostProblems) problems.push(entry);
    } else if (entry !== undefined) operations.push(entry);
  }
  return { operations, problems };
}

function parseLine(line: string): Operation | string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { n: name, h: hashes, f: file, l: number, s: steps, problem } = value as Record<string, unknown>;
  if (typeof problem === 'string') return problem.slice(0, longestText);
  if (typeof name !== 'string' || name === '' || !isHashes(hashes)) return undefined;
  return {
    name: name.slice(0, longestText),
    hashes,
    ...(typeof file === 'string' && file !== '' ? { file: file.slice(0, longestText) } : {}),
    ...(isCount(number) ? { line: number } : {}),
    ...(isCount(steps) ? { steps } : {}),
  };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isHashes(value: unknown): value is (string | null)[] {
  return (
    Array.isArray(value) &&
    value.length <= 10_000 &&
    value.every(one => one === null || (typeof one === 'string' && /^[0-9a-f]{16}$/.test(one)))
  );
}
