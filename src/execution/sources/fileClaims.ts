/**
 * Which files a run says are its own, so that another run in the same folder leaves them alone: what its Python
 * programs were seen to write, and what its supervisor takes metrics from. Databases are nobody's alone.
 */
import type { RunPaths } from '../../runs/runPaths.ts';
import { LineFile } from '../lineFile.ts';
import { SeenWrites } from './seenWrites.ts';

const mostPaths = 200_000;

/** Reads the claims of one run, what is new each time. */
export class FileClaims {
  readonly #tails: readonly SeenWrites[];
  readonly #paths = new Set<string>();

  constructor(run: Pick<RunPaths, 'seen' | 'followed'>) {
    const onWrite = ({ path }: { readonly path: string }): void => {
      if (this.#paths.size < mostPaths && !path.endsWith('.db')) this.#paths.add(path);
    };
    this.#tails = [new SeenWrites(run.seen, onWrite), new SeenWrites(run.followed, onWrite)];
  }

  /** As of the last {@link read}. */
  get known(): ReadonlySet<string> {
    return this.#paths;
  }

  /** Absolute paths, as the programs named them. */
  read(): ReadonlySet<string> {
    for (const tail of this.#tails) {
      tail.read();
      // Other runs may be many, and most of them over.
      tail.close();
    }
    return this.#paths;
  }
}

/** A look at what others say is good for so many times as long as it took. */
const share = 10;

export class OtherClaims {
  readonly #otherRuns: () => Promise<readonly RunPaths[]>;
  readonly #claims = new Map<string, FileClaims>();
  #goodUntil = -Infinity;

  constructor(otherRuns: () => Promise<readonly RunPaths[]>) {
    this.#otherRuns = otherRuns;
  }

  /** Whether another run says so of one of these names of a file. */
  async has(...names: readonly string[]): Promise<boolean> {
    if (this.#includes(names, false)) return true;
    const began = performance.now();
    if (began < this.#goodUntil) return false;
    for (const run of await this.#otherRuns().catch(() => []))
      if (!this.#claims.has(run.dir)) this.#claims.set(run.dir, new FileClaims(run));
    const found = this.#includes(names, true);
    const ended = performance.now();
    this.#goodUntil = ended + (ended - began) * share;
    return found;
  }

  /** What was looked at before is old. */
  lookAnew(): void {
    this.#goodUntil = -Infinity;
  }

  #includes(names: readonly string[], anew: boolean): boolean {
    let found = false;
    for (const claims of this.#claims.values()) {
      const paths = anew ? claims.read() : claims.known;
      found ||= names.some(name => paths.has(name));
    }
    return found;
  }
}

/** Writes down what the supervisor of a run takes metrics from, and knows what an earlier one has. */
export class FollowedList {
  readonly #file: LineFile;
  readonly #paths: Set<string>;

  /** @param path Of `followed.jsonl`; need not exist. */
  constructor(path: string) {
    this.#file = new LineFile(path);
    this.#paths = new Set();
    const tail = new SeenWrites(path, write => this.#paths.add(write.path));
    tail.read();
    tail.close();
  }

  has(path: string): boolean {
    return this.#paths.has(path);
  }

  add(path: string): void {
    if (this.#paths.has(path)) return;
    this.#paths.add(path);
    try {
      this.#file.append(`${JSON.stringify({ k: 'w', p: path })}\n`);
    } catch {
      // On a full disk the metrics themselves come first; another run then only knows less.
    }
  }
}
