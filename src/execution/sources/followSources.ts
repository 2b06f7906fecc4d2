/**
 * Follows the files that a run's program logs its metrics into (event files, tables, JSON lines), however they are
 * found, and copies what they say into the run at once: such files overwrite themselves, so they are never read again
 * later. Nothing that goes wrong here ends the run.
 */
import { existsSync, watch, writeFileSync } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { dirname, isAbsolute, relative, sep } from 'node:path';
import type { TreeRoot } from '../../base/processTree.ts';
import { isInterestingName } from '../../tracking/detectSource.ts';
import { ruleFor } from '../../tracking/files/fileRules.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import type { TrackingRules } from '../../tracking/trackingRules.ts';
import { isBelow } from '../capture/ignoredPaths.ts';
import { Attribution } from './attribution.ts';
import { FollowedList } from './fileClaims.ts';
import { FileOrigins } from './fileOrigins.ts';
import { FolderWatch } from './folderWatch.ts';
import { isNetworkFolder } from './networkFolder.ts';
import { logFolders } from './logFolders.ts';
import { SourceOpener } from './openSource.ts';
import { rankOfProcess } from './processFiles.ts';
import { SeenWrites } from './seenWrites.ts';
import { SourceSet } from './sourceSet.ts';
import { stdoutPatterns } from './stdoutPatterns.ts';
import { Trainings } from './trainings.ts';
import type { TrainingRuns } from './trainings.ts';

export interface FollowSourcesOptions {
  /** Get points, parameters, tags and media. What they cannot take now is given to them again later. */
  readonly runs: TrainingRuns;
  /** Of the repository (or project folder), absolute. */
  readonly root: string;
  /** The folder that the command runs in, absolute. */
  readonly cwd: string;
  /** The command as it really runs: `--logdir` and the like name folders to watch. */
  readonly argv: readonly string[];
  /** That Lockstep was started with and the command got. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** When the command was started, milliseconds since the epoch. */
  readonly startedAt: number;
  /** Absolute path of `seen.jsonl`; need not exist. */
  readonly seen: string;
  /** For a command that runs elsewhere: what this machine calls a file that the command opened. */
  readonly outside?: ((path: string) => string | undefined) | undefined;
  readonly rules: TrackingRules;
  /** The processes of the command, as they are found this moment. */
  readonly tree: () => TreeRoot;
  /** Whether another run of this root is live, or was at any moment since this one started. */
  readonly otherRunsInRoot: () => Promise<boolean>;
  /** Those runs: what they say is theirs is not this one's. */
  readonly otherRuns?: () => Promise<readonly RunPaths[]>;
  /** Folders that may be watched by notices of the system; see noticeShare.ts. */
  readonly mostNotices?: number;
  /** One line for the warnings of the result. */
  readonly onProblem: (text: string) => void;
}

export interface FollowedSources {
  /** After the program's end: takes in everything that is left, and ends. Never rejects. */
  finish(): Promise<void>;
  /** Ends at once; what was not taken in is left out. */
  close(): void;
}

/** Between looks at what the system may not give notice of (network file systems, replaced files), milliseconds. */
const firstLookMs = 1_000;
const lastLookMs = 10_000;
/** What other machines write is never told there. */
const lastNetworkLookMs = 2_000;
/** Files outside of all watched folders that have a notice of their own. */
const mostFileWatches = 200;
/** Of the files that are followed, how many are looked at without a notice. */
const mostLooks = 500;

export function followSources(options: FollowSourcesOptions): FollowedSources {
  const { runs, root, cwd, rules, onProblem } = options;
  const run = runs.main;
  // The run's own files lie there: <store>/runs/<xx>/<id>.
  const store = dirname(dirname(dirname(run.paths.dir)));
  const { named, shared } = logFolders(options);
  const ownFolders = [root, cwd, ...named];
  const nameOf = (path: string): string => nameIn(root, path);
  const trainings = new Trainings(runs, onProblem);
  const attribution = new Attribution(options);
  const opener = new SourceOpener({
    ...{ run, trainings, rules, nameOf, onProblem },
    startedAt: options.startedAt,
    isAlone: () => attribution.isAlone(),
  });
  const origins = new FileOrigins(options.startedAt);
  const followed = new FollowedList(run.paths.followed);
  const fileWatches = new Map<string, FSWatcher>();
  const sources = new SourceSet({
    attribution,
    origins,
    detect: (path, head) => opener.detect(path, head),
    follow: (found, detected) => {
      // The order in which files were opened decides what they are called.
      seen.read();
      return opener.open(found, detected);
    },
    placeOf: path => {
      if (isBelow(path, store)) return 'nowhere';
      return ownFolders.some(folder => isBelow(path, folder)) ? 'own' : 'shared';
    },
    rankOf: pid => rankOfProcess(pid, options.environment),
    nameOf,
    isKnown: path => followed.has(path) || run.progress(`file:${nameOf(path)}`) > 0,
    onFollowed: (path, { form }) => {
      if (form !== 'database') followed.add(path);
      watchFile(path);
    },
    onProblem,
  });
  const wanted = (path: string): boolean =>
    isInterestingName(path) || (rules.files.length > 0 && ruleFor(nameOf(path), rules.files) !== undefined);
  const folders = new FolderWatch({
    wanted,
    // What waits in the log of a database belongs to it.
    onFile: path => sources.notice(path.replace(/\.db-wal$/, '.db')),
    without: [store],
    mostNotices: options.mostNotices,
    onProblem,
  });
  const seen = new SeenWrites(
    options.seen,
    write => {
      if (!wanted(write.path)) return;
      opener.noteOpened(write.path);
      sources.onSeen(write);
    },
    options.outside,
  );
  let closed = false;
  let closing: Promise<void> | undefined;

  function watchFile(path: string): void {
    if (closed || fileWatches.size >= mostFileWatches || folders.watches(dirname(path))) return;
    fileWatches.get(path)?.close();
    const notice = path === options.seen ? (): void => void seen.read() : (): void => sources.notice(path);
    try {
      const watcher = watch(path, { persistent: false }, notice);
      watcher.on('error', () => watcher.close());
      fileWatches.set(path, watcher);
    } catch {
      // It is looked at from time to time all the same.
    }
  }

  let pause = firstLookMs;
  let longestPause = lastLookMs;
  void isNetworkFolder(root).then(network => {
    if (network) longestPause = lastNetworkLookMs;
  });
  let timer = setTimeout(look, pause);
  timer.unref();
  function look(): void {
    const found = seen.read();
    for (const path of sources.paths.slice(-mostLooks)) sources.notice(path);
    pause = found ? firstLookMs : Math.min(pause * 1.5, longestPause);
    void Promise.all([folders.look(), sources.settled()]).then(() => {
      if (closed) return;
      timer = setTimeout(look, pause);
      timer.unref();
    });
  }

  async function finish(): Promise<void> {
    clearTimeout(timer);
    try {
      seen.read();
      opener.isFinding = true;
      await folders.look(true);
      sources.noticeAll();
      await catchUp();
      await sources.finish();
    } catch (error) {
      onProblem(`Files of metrics could not be read to their end: ${String(error)}`);
    }
    close();
    await closing;
  }

  async function catchUp(): Promise<void> {
    await folders.look();
    await sources.settled();
    opener.isFinding = false;
    sources.noticeAll();
  }

  function close(): void {
    if (closed) return;
    closed = true;
    clearTimeout(timer);
    folders.close();
    seen.close();
    for (const watcher of fileWatches.values()) watcher.close();
    closing = sources.close();
  }

  try {
    // So that it can be watched from its first line on.
    writeFileSync(options.seen, '', { flag: 'a' });
  } catch {
    // The hook says so by its silence.
  }
  if (rules.patterns.length > 0) {
    sources.add(stdoutPatterns({ training: trainings.main, rules, onProblem }));
    watchFile(run.paths.stdout);
  }
  watchFile(options.seen);
  seen.read();
  for (const folder of [...named, ...shared, root]) folders.add(folder);
  // What earlier supervisors have read comes first.
  opener.isFinding = existsSync(run.paths.metrics);
  void catchUp();
  return { finish, close };
}

/** Relative to the root where below it, with forward slashes; else absolute. */
function nameIn(root: string, path: string): string {
  const way = relative(root, path);
  if (way === '' || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) return path;
  return way.split(sep).join('/');
}
