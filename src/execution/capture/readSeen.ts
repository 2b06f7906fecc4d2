/**
 * Reads what the Python hook noted (`seen.jsonl`): lines of many processes, in the order they were written. A torn or
 * foreign line costs that line.
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { SeenSeed } from '../../runs/captured.ts';

const lineSchema = z.discriminatedUnion('k', [
  z.looseObject({
    k: z.literal('start'),
    pid: z.number(),
    exe: z.string().nullable(),
    version: z.string(),
    implementation: z.string(),
    prefix: z.string(),
    base: z.string(),
    path: z.array(z.string()),
    seeds: z.boolean().optional(),
  }),
  z.looseObject({ k: z.literal('r'), p: z.string(), s: z.number(), m: z.number() }),
  z.looseObject({ k: z.enum(['w', 'rw', 'code']), p: z.string() }),
  z.looseObject({
    k: z.literal('end'),
    modules: z.record(z.string(), z.string()),
    facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  }),
  z.looseObject({ k: z.literal('mlflow') }),
  z.looseObject({ k: z.literal('limit') }),
  z.looseObject({ k: z.literal('seedless') }),
  z.looseObject({ k: z.literal('child') }),
  z.looseObject({
    k: z.literal('seed'),
    c: z.string(),
    v: z.string().nullable().optional(),
    f: z.string().optional(),
    n: z.int().optional(),
    more: z.boolean().optional(),
  }),
]);

/** One start of a Python interpreter. */
export interface SeenPython {
  readonly executable: string;
  readonly version: string;
  readonly implementation: string;
  readonly prefix: string;
  readonly basePrefix: string;
  /** sys.path at the start, the hook's own folder left out. */
  readonly path: readonly string[];
}

export interface SeenRead {
  readonly path: string;
  /** Bytes and milliseconds since the epoch, when it was first opened. */
  readonly size: number;
  readonly modifiedAt: number;
}

export interface Seen {
  /** In the order they started; the first one is the command's own. */
  readonly pythons: readonly SeenPython[];
  /** Files that were read before this run had written them. */
  readonly reads: readonly SeenRead[];
  readonly writes: readonly string[];
  /** Of a command that runs elsewhere: files that it read or wrote there and this machine has no name for. */
  readonly within: readonly string[];
  /** Source files that were read as code, outside the environment. */
  readonly code: readonly string[];
  /** Module name → path, outside the environment; only of processes that ended by themselves. */
  readonly modules: Readonly<Record<string, string>>;
  /** Settings that decide whether numbers repeat: `torch.deterministic_algorithms`. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** Each call and value once, as it was first; absent where some program could not be observed. Files as this machine names them. */
  readonly seeds?: readonly SeenSeed[];
  /** A program told MLflow to log elsewhere than to its run. */
  readonly ownMlflow: boolean;
  /** Some process opened more files than are noted. */
  readonly incomplete: boolean;
  /** A program started another one. */
  readonly startedOthers?: true;
}

/** A missing file is an empty one. Rejects when `signal` aborts or the file cannot be read. */
export async function readSeen(
  path: string,
  { signal, outside = itself }: ReadSeenOptions = {},
): Promise<Seen> {
  const pythons: SeenPython[] = [];
  const reads = new Map<string, SeenRead>();
  const writes = new Set<string>();
  const code = new Set<string>();
  const modules = new Map<string, string>();
  const facts = new Map<string, string | number | boolean | null>();
  const within = new Set<string>();
  const seeds = new Map<string, SeenSeed>();
  let seedsSeen = false;
  let seedsMissed = false;
  let ownMlflow = false;
  let incomplete = false;
  let startedOthers = false;
  /** By the name of this machine; what there is none for is kept apart. */
  const named = (path: string): string | undefined => {
    const name = outside(path);
    if (name === undefined && within.size < mostWithin) within.add(path);
    return name;
  };
  for await (const text of linesOf(path, signal)) {
    const line = parseLine(text);
    switch (line?.k) {
      case undefined:
        break;
      case 'start':
        if (line.seeds === true) seedsSeen = true;
        pythons.push({
          executable: line.exe ?? '',
          version: line.version,
          implementation: line.implementation,
          prefix: line.prefix,
          basePrefix: line.base,
          path: line.path,
        });
        break;
      case 'r': {
        const name = named(line.p);
        if (name !== undefined && !writes.has(name) && !reads.has(name))
          reads.set(name, { path: name, size: line.s, modifiedAt: line.m });
        break;
      }
      case 'w':
      case 'rw': {
        const name = named(line.p);
        if (name !== undefined) writes.add(name);
        break;
      }
      case 'code':
        code.add(outside(line.p) ?? withinPlace(line.p));
        break;
      case 'end':
        for (const [name, file] of Object.entries(line.modules))
          modules.set(name, outside(file) ?? withinPlace(file));
        for (const [name, value] of Object.entries(line.facts)) facts.set(name, value);
        break;
      case 'seed': {
        const seed = line.more === true ? { more: true } : { value: line.v ?? null };
        const key = JSON.stringify([line.c, seed]);
        if (seeds.has(key) || seeds.size >= mostSeeds) break;
        seeds.set(key, {
          ...{ call: line.c, ...seed },
          ...(line.f === undefined ? {} : { file: sourceName(line.f, outside) }),
          ...(line.n === undefined ? {} : { line: line.n }),
        });
        break;
      }
      case 'mlflow':
        ownMlflow = true;
        break;
      case 'seedless':
        seedsMissed = true;
        break;
      case 'limit':
        incomplete = true;
        break;
      case 'child':
        startedOthers = true;
        break;
    }
  }
  return {
    pythons,
    reads: [...reads.values()],
    writes: [...writes],
    within: [...within],
    code: [...code],
    modules: Object.fromEntries(modules),
    facts: Object.fromEntries(facts),
    ...(seedsSeen && !seedsMissed ? { seeds: [...seeds.values()] } : {}),
    ownMlflow,
    incomplete,
    ...(startedOthers ? { startedOthers } : {}),
  };
}

export interface ReadSeenOptions {
  readonly signal?: AbortSignal;
  /** What this machine calls a file of the command; undefined for what only exists where the command runs. */
  readonly outside?: (path: string) => string | undefined;
}

const mostWithin = 1_000;
const mostSeeds = 200;

function itself(path: string): string {
  return path;
}

/** A path that only means something in the container: never taken for one of this machine. */
export function withinPlace(path: string): string {
  return `container:${path}`;
}

/** `<string>` and the like are no files. */
function sourceName(file: string, outside: (path: string) => string | undefined): string {
  return file.startsWith('<') ? file : (outside(file) ?? withinPlace(file));
}

/**
 * Modules that were really loaded, by name. Of a process that was killed only the files are known: such a module goes
 * by its path without the ending.
 */
export function loadedModules(seen: Seen): Record<string, string> {
  const modules = new Map(Object.entries(seen.modules));
  const known = new Set(modules.values());
  for (const path of seen.code) {
    // A .pyc in __pycache__ stands for the source beside that folder.
    const source = path.replace(/\/__pycache__\/([^/]+?)\.[\w-]+\.pyc$/, '/$1.py');
    if (known.has(source) || known.has(path)) continue;
    known.add(source);
    modules.set(source.replace(/\.pyw?$/, ''), source);
  }
  return Object.fromEntries([...modules].filter(([name]) => name !== '__proto__'));
}

async function* linesOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<string> {
  const stream = createReadStream(path, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
  try {
    yield* createInterface({ input: stream, crlfDelay: Infinity });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw error;
  }
}

function parseLine(text: string): z.infer<typeof lineSchema> | undefined {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
