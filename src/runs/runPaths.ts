/**
 * Where everything of the run record lies. The only file that knows the names on disk; the layout is the protocol
 * between processes of different versions, so a name here never changes its meaning.
 */
import { join, sep } from 'node:path';

/** The store of a repository: `<git common dir>/lockstep`, or `<folder>/.lockstep` outside git. Absolute. */
export type StorePath = string;

export interface StorePaths {
  readonly store: StorePath;
  readonly runs: string;
  readonly packages: string;
  readonly changes: string;
  readonly index: string;
  readonly trash: string;
  readonly locks: string;
  readonly choices: string;
}

export function storePaths(store: StorePath): StorePaths {
  return {
    store,
    runs: join(store, 'runs'),
    packages: join(store, 'packages'),
    changes: join(store, 'changes'),
    index: join(store, 'index'),
    trash: join(store, 'trash'),
    locks: join(store, 'locks'),
    choices: join(store, 'choices'),
  };
}

export interface RunPaths {
  readonly dir: string;
  /** What the launcher asks of the supervisor; the supervisor's only input. */
  readonly launch: string;
  readonly plan: string;
  readonly process: string;
  /** What takes long before the command starts; see preparing.ts. */
  readonly preparing: string;
  readonly captured: string;
  readonly heartbeat: string;
  /** The supervisor's own metric log; others beside it match `metrics*.bin`. */
  readonly metrics: string;
  /** CPU, memory and GPU of the process tree, same format as `metrics`. */
  readonly resources: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly logTimes: string;
  readonly stdin: string;
  /** Where the child appends JSON lines: the value of LOCKSTEP_METRICS. */
  readonly childMetrics: string;
  /** What the Python audit hook appends: opened files and loaded modules, JSON lines. */
  readonly seen: string;
  /** What files held before the run wrote to them, by the sha256 of the content; small ones only. */
  readonly earlier: string;
  /** Hashes of what each tensor operation computed, JSON lines, where that was asked for; see record_operations.py. */
  readonly operations: string;
  /** Files of the program that the supervisor takes metrics from, as they are found: `{"k":"w","p":path}`, JSON lines. */
  readonly followed: string;
  readonly supervisorLog: string;
  readonly result: string;
  readonly requests: string;
  readonly annotations: string;
  readonly verdicts: string;
  /** Determinism probes of this run, see determinismProbe.ts. */
  readonly probes: string;
  /** What was tried to find the cause of a divergence from this run, see causeReport.ts. */
  readonly causes: string;
  /** An empty file for each number that a reproduction of this run has in its name. */
  readonly reproductions: string;
  /** Where it came from, of a run that somebody else shared, see sharedRecord.ts. */
  readonly shared: string;
  /** Which statements about it others brought, see brought.ts. */
  readonly brought: string;
  /** Raw bytes that git cannot hold as they are. */
  readonly held: string;
  /** What the program said about its run through a tracking library: `reported.jsonl`, see reported.ts. */
  readonly reported: string;
  /** Images, texts and histograms by step: `media.jsonl`, see media.ts; files of its own lie in `media/`. */
  readonly media: string;
  readonly mediaFiles: string;
  /** Files that the program logged as artifacts, as it named them. */
  readonly artifacts: string;
  /** Logged models, a folder each, named by their ids. */
  readonly models: string;
  /** Everything that the MLflow endpoint was told besides metrics, so that a new supervisor knows it: JSON lines. */
  readonly mlflow: string;
  /** The ids of the child runs, a JSON line each, noted before their folders are made. */
  readonly children: string;
  /** Port and token of the MLflow endpoint, readable by the owner only; deleted at the end of the run. */
  readonly endpoint: string;
}

/** Runs are sharded by the last two characters of the id: the first ones are the same for decades. */
export function runPaths(store: StorePath, id: string): RunPaths {
  return runPathsIn(join(storePaths(store).runs, id.slice(-2), id));
}

/** The same for a run folder wherever it lies (in the trash, say). */
export function runPathsIn(dir: string): RunPaths {
  // Normalised once: ten thousand runs times twenty names make it felt.
  const below = join(dir, sep);
  return {
    dir,
    launch: below + 'launch.json',
    plan: below + 'plan.json',
    process: below + 'process.json',
    preparing: below + 'preparing.json',
    captured: below + 'captured.json',
    heartbeat: below + 'heartbeat',
    metrics: below + 'metrics.bin',
    resources: below + 'resources.bin',
    stdout: below + 'stdout.log',
    stderr: below + 'stderr.log',
    logTimes: below + 'logtimes.bin',
    stdin: below + 'stdin',
    childMetrics: below + 'child-metrics.jsonl',
    seen: below + 'seen.jsonl',
    earlier: below + 'earlier',
    operations: below + 'operations.jsonl',
    followed: below + 'followed.jsonl',
    supervisorLog: below + 'supervisor.log',
    result: below + 'result.json',
    requests: below + 'requests',
    annotations: below + 'annotations',
    verdicts: below + 'verdicts',
    probes: below + 'probes',
    causes: below + 'causes',
    reproductions: below + 'reproductions',
    shared: below + 'shared.json',
    brought: below + 'brought.json',
    held: below + 'held',
    reported: below + 'reported.jsonl',
    media: below + 'media.jsonl',
    mediaFiles: below + 'media',
    artifacts: below + 'artifacts',
    models: below + 'models',
    mlflow: below + 'mlflow.jsonl',
    children: below + 'children.jsonl',
    endpoint: below + 'endpoint.json',
  };
}
