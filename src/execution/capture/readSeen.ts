/**
 * Reads what the Python hook noted (`seen.jsonl`): lines of many processes, in the order they were written. A torn or
 * foreign line costs that line.
 */
import type { SeenSeed } from '../../runs/captured.ts';
import { orderedSeeds } from './orderedSeeds.ts';
import { seenLines } from './seenLines.ts';
import { renamedFiles } from './movedFiles.ts';
import { latest, noteLoad, sourceOf } from './seenLoads.ts';

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
  /** The newest time at which it had been touched when it was opened, of all openings that were noted. */
  readonly touchedAt?: number;
}

/** A source file or compiled module, as it was when it was first loaded. */
export interface SeenLoad extends SeenRead {
  /** It was loaded once more, in another form. */
  readonly changed?: true;
}

export interface SeenChild {
  /** As it was named; empty where it was not noted. */
  readonly program: string;
  /** Of git: what it was to do. */
  readonly command?: string;
  /** Were it Python, nobody would observe it: its environment or its options keep the observer out. */
  readonly unhooked?: true;
}

/** A file that was there before the run, as it was right before this run first wrote to it. */
export interface SeenEarlier extends SeenRead {
  /** `replace`: the program had read it before it wrote it anew. */
  readonly how: 'append' | 'update' | 'replace';
  /** Name of a copy in the run's folder for earlier content. */
  readonly copy?: string;
}

/** A folder that a program made or took away, by what it first did. */
export interface SeenFolder {
  readonly path: string;
  /** It was not there before. */
  readonly made: boolean;
}

export interface SeenHost {
  /** By the name that the program asked for, else by address. */
  readonly host: string;
  readonly port: number;
}

export interface Seen {
  /** In the order they started; the first one is the command's own. */
  readonly pythons: readonly SeenPython[];
  /** Files that were read before this run had written them. */
  readonly reads: readonly SeenRead[];
  readonly writes: readonly string[];
  /** Folders that were renamed, by their new names. */
  readonly moved?: readonly string[];
  readonly earlier?: readonly SeenEarlier[];
  /** Where symbolic links were made. */
  readonly links?: readonly string[];
  /** Folders whose entries were asked for. */
  readonly listed?: readonly string[];
  readonly folders?: readonly SeenFolder[];
  /** Of a command that runs elsewhere: files that it read or wrote there and this machine has no name for. */
  readonly within: readonly string[];
  /** Source files and compiled modules that were read as code, outside the environment. */
  readonly code: readonly string[];
  /** Those of them that this machine has a name for, the source in place of what is cached. */
  readonly loads?: readonly SeenLoad[];
  /** Module name → path, outside the environment; only of processes that ended by themselves. */
  readonly modules: Readonly<Record<string, string>>;
  /** Names at the top of modules that were loaded from installed packages; absent where no process said it at its end. */
  readonly packages?: readonly string[];
  /** Settings that decide whether numbers repeat: `torch.deterministic_algorithms`. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  /** Each call and value once, as it was first; absent where some program could not be observed. Files as this machine names them. */
  readonly seeds?: readonly SeenSeed[];
  /** A program told MLflow to log elsewhere than to its run. */
  readonly ownMlflow: boolean;
  /** Some process opened more files than are noted, or ended without a word while it may have held back some. */
  readonly incomplete: boolean;
  /** Programs that were started by those that were observed, each kind once. */
  readonly children?: readonly SeenChild[];
  /** What it tried to change though it may only read it. */
  readonly refused?: readonly string[];
  /** Other machines that it talked to. */
  readonly hosts?: readonly SeenHost[];
}

/** A missing file is an empty one. Rejects when `signal` aborts or the file cannot be read. */
export async function readSeen(
  path: string,
  { signal, outside = itself }: ReadSeenOptions = {},
): Promise<Seen> {
  const pythons: SeenPython[] = [];
  const reads = new Map<string, SeenRead>();
  const writes = new Set<string>();
  const moved = new Set<string>();
  /** Of what was written: by the names it has at the moment. */
  const placed = new Set<string>();
  const earlier = new Map<string, SeenEarlier>();
  const links = new Set<string>();
  const listed = new Set<string>();
  const folders = new Map<string, SeenFolder>();
  const code = new Set<string>();
  const loads = new Map<string, SeenLoad>();
  const modules = new Map<string, string>();
  const facts = new Map<string, string | number | boolean | null>();
  const packages = new Set<string>();
  let packagesTold = false;
  const within = new Set<string>();
  const seeds = new Map<string, SeenSeed>();
  let seedsSeen = false;
  let seedsMissed = false;
  let ownMlflow = false;
  let incomplete = false;
  /** Processes that do not write down at once what they read. */
  const holding = new Set<number>();
  const children = new Map<string, SeenChild>();
  const refused = new Set<string>();
  const hosts = new Map<string, SeenHost>();
  /** By the name of this machine; what there is none for is kept apart. */
  const named = (path: string): string | undefined => {
    const name = outside(path);
    if (name === undefined && within.size < mostWithin) within.add(path);
    return name;
  };
  for await (const line of seenLines(path, signal)) {
    switch (line.k) {
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
        if (name === undefined || writes.has(name)) break;
        const first = reads.get(name) ?? { path: name, size: line.s, modifiedAt: line.m };
        reads.set(name, { ...first, ...latest(first.touchedAt, line.t) });
        break;
      }
      case 'w':
      case 'rw': {
        const name = named(line.p);
        if (name === undefined) break;
        writes.add(name);
        placed.add(name);
        if (line.f === undefined) break;
        moved.add(name);
        for (const path of renamedFiles(placed, outside(line.f), name)) writes.add(path);
        break;
      }
      case 'b': {
        const name = named(line.p);
        if (name === undefined || writes.has(name) || earlier.has(name)) break;
        const copy = line.c === undefined ? {} : { copy: line.c };
        earlier.set(name, { path: name, size: line.s, modifiedAt: line.m, how: line.how, ...copy });
        break;
      }
      case 'link':
      case 'l': {
        const name = outside(line.p);
        if (name !== undefined) (line.k === 'l' ? listed : links).add(name);
        break;
      }
      case 'd': {
        const name = outside(line.p);
        if (name !== undefined && !folders.has(name)) folders.set(name, { path: name, made: line.made });
        break;
      }
      case 'code': {
        const name = outside(line.p);
        code.add(name ?? withinPlace(line.p));
        if (name === undefined || line.s === undefined || line.m === undefined) break;
        noteLoad(loads, {
          ...{ path: sourceOf(name), size: line.s, modifiedAt: line.m },
          ...(line.t === undefined ? {} : { touchedAt: line.t }),
        });
        break;
      }
      case 'held':
        holding.add(line.pid);
        break;
      case 'end':
        if (line.pid !== undefined) holding.delete(line.pid);
        for (const [name, file] of Object.entries(line.modules))
          modules.set(name, outside(file) ?? withinPlace(file));
        packagesTold ||= line.packages !== undefined;
        for (const name of line.packages ?? []) packages.add(name);
        for (const [name, value] of Object.entries(line.facts)) facts.set(name, value);
        break;
      case 'seed': {
        const seed = line.more === true ? { more: true } : { value: line.v ?? null };
        const key = JSON.stringify([line.c, seed, line.w === true]);
        if (seeds.has(key) || seeds.size >= mostSeeds) break;
        seeds.set(key, {
          ...{ call: line.c, ...seed },
          ...(line.f === undefined ? {} : { file: sourceName(line.f, outside) }),
          ...(line.n === undefined ? {} : { line: line.n }),
          ...(line.lib === true ? { library: true } : {}),
          ...(line.w === true ? { worker: true } : {}),
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
        children.set(JSON.stringify([line.p, line.w, line.n]), {
          program: line.p ?? '',
          ...(line.w === undefined ? {} : { command: line.w }),
          ...(line.n === true ? { unhooked: true } : {}),
        });
        break;
      case 'refused':
        refused.add(line.p);
        break;
      case 'host':
        hosts.set(`${line.h}:${line.p}`, { host: line.h, port: line.p });
        break;
    }
  }
  return {
    pythons,
    reads: [...reads.values()],
    writes: [...writes],
    ...(moved.size === 0 ? {} : { moved: [...moved] }),
    ...(earlier.size === 0 ? {} : { earlier: [...earlier.values()] }),
    ...(links.size === 0 ? {} : { links: [...links] }),
    ...(listed.size === 0 ? {} : { listed: [...listed] }),
    ...(folders.size === 0 ? {} : { folders: [...folders.values()] }),
    within: [...within],
    code: [...code],
    ...(loads.size === 0 ? {} : { loads: [...loads.values()] }),
    modules: Object.fromEntries(modules),
    ...(packagesTold ? { packages: [...packages] } : {}),
    facts: Object.fromEntries(facts),
    ...(seedsSeen && !seedsMissed ? { seeds: orderedSeeds([...seeds.values()]) } : {}),
    ownMlflow,
    incomplete: incomplete || holding.size > 0,
    ...(children.size === 0 ? {} : { children: [...children.values()] }),
    ...(refused.size === 0 ? {} : { refused: [...refused] }),
    ...(hosts.size === 0 ? {} : { hosts: [...hosts.values()] }),
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
