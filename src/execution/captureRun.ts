/**
 * Finds out beside and after the run what would have delayed its start: hardware, packages, modules that were really
 * loaded, files that were really read and written. What cannot be found out is unknown, with its reason.
 */
import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { errorText } from '../base/systemError.ts';
import type { Captured, FileUse, Hardware, SeenSeed } from '../runs/captured.ts';
import { captured, knownValue, unknown } from '../runs/known.ts';
import type { Known } from '../runs/known.ts';
import { recentResults } from '../runs/recentResults.ts';
import type { MadeLink } from '../runs/result.ts';
import type { RunPaths, StorePath } from '../runs/runPaths.ts';
import { askedHosts, ownNames } from './capture/askedHosts.ts';
import { packageEdits, packagesOf, storePackages, withKnownContents } from './capture/capturePackages.ts';
import { changedCode } from './capture/changedCode.ts';
import type { ChangedCode } from './capture/changedCode.ts';
import { EarlyHashes } from './capture/earlyHashes.ts';
import { readCommandWords } from './capture/commandWords.ts';
import { listFileUses } from './capture/fileUses.ts';
import { hashFileUses } from './capture/hashFileUses.ts';
import { temporaryFolders } from './capture/temporaryFiles.ts';
import type { FileUseQuestion, FileUses } from './capture/fileUses.ts';
import type { ListedInput } from './capture/earlierUses.ts';
import { sameTime } from './capture/earlierUses.ts';
import { hashGaps, withGapHashes } from './capture/hashGaps.ts';
import { isBelow } from './capture/ignoredPaths.ts';
import { hashEarlier } from './capture/keptEarlier.ts';
import { namesInRoot } from './capture/nameInRoot.ts';
import { readSeen } from './capture/readSeen.ts';
import type { Seen, SeenRead } from './capture/readSeen.ts';
import { loadedModules } from './capture/seenLoads.ts';
import { unobservedPrograms } from './capture/unobservedPrograms.ts';
import { snapshotFiles } from './capture/snapshotFiles.ts';
import type { LiveRun } from './liveRuns.ts';
import { FileClaims, FollowedList } from './sources/fileClaims.ts';
import type { StartedRun } from './startRun.ts';
import type { Supervision } from './supervision.ts';

const nothingSeen: Seen = {
  ...{ pythons: [], reads: [], writes: [], within: [], code: [] },
  modules: {},
  facts: {},
  ownMlflow: false,
  incomplete: false,
};

export interface RunCapture {
  /** After the end of the command. With hashes; never rejects. @param opened Found open for reading while it ran. */
  outputs(opened?: readonly SeenRead[]): Promise<FileUse[]>;
  /** After {@link outputs}: whether the program logged with MLflow past its run, and nothing to it. */
  ownMlflow(): boolean;
  /** After {@link outputs}: source files that somebody made or edited meanwhile. */
  meanwhile(): readonly string[];
  /** After {@link outputs}: folders that the run made for them. */
  madeFolders(): readonly string[];
  /** After {@link outputs}: symbolic links that its programs made. */
  links(): readonly MadeLink[];
  /** After {@link outputs}: files of the snapshot that somebody else changed meanwhile; undefined when unknown. */
  changedCode(): Promise<ChangedCode | undefined>;
  /** After {@link outputs}: hashes the inputs and writes captured.json. Never rejects. */
  finish(): Promise<void>;
}

/** Begins at once with what does not depend on the run's course. */
export function captureRun(supervision: Supervision, started: StartedRun): RunCapture {
  const { paths, log, spec } = supervision;
  const { plan, place } = started;
  const live = supervision.announce(plan.root, Date.parse(started.startedAt));
  const hardware = place.hardware(started.surroundings).catch(orUnknown<Hardware>());
  // The hook tells best what a program could import; this is for programs without it, as it was when they started.
  const packagesBefore = packagesOf(started, { contents: false });
  const gaps = hashGaps(plan).catch(note('Files over the size limit', []));
  // These are hashed once.
  const inGaps = new Set((knownValue(plan.code)?.gaps ?? []).map(({ path }) => resolve(plan.root, path)));
  const named = namesInRoot(plan.root);
  const outside = (path: string): string | undefined => {
    const here = place.outside(path);
    return here === undefined ? undefined : named(here);
  };
  const early = new EarlyHashes(paths.seen, path => {
    const here = outside(path);
    return here === undefined || inGaps.has(here) ? undefined : here;
  });
  early.begin(plan.declaredInputs.map(path => resolve(plan.root, path)).filter(path => !inGaps.has(path)));
  let seen = nothingSeen;
  let unobserved: readonly string[] = [];
  let uses: FileUses = {
    inputs: [],
    outputs: [],
    meanwhile: [],
    present: [],
    listed: [],
    madeFolders: [],
    links: [],
    notKept: [],
  };

  function note<T>(what: string, instead: T): (error: unknown) => T {
    return error => {
      log.warn(`${what} could not be captured: ${errorText(error)}`);
      return instead;
    };
  }

  // The journal is there as soon as anything arrives.
  const ownMlflow = (): boolean => seen.ownMlflow && !existsSync(paths.mlflow);

  return {
    async outputs(opened = []) {
      seen = await readSeen(paths.seen, { outside }).catch(note('Files and modules', nothingSeen));
      unobserved = await unobservedPrograms(seen.children ?? [], {
        isHere: place.isHere,
        ...{ cwd: started.prepared.cwd ?? spec.cwd, variables: started.surroundings },
      });
      const around = { live: await live, opened, unobserved, early };
      uses = await listUses(supervision, started, seen, around).catch(note('Inputs and outputs', uses));
      // Whoever waits for the run may change its inputs as soon as it is over.
      await early.settle(hashedBeforeEnd);
      return hashFileUses(uses.outputs, { root: plan.root }).catch(
        note('Hashes of outputs', [...uses.outputs]),
      );
    },
    ownMlflow,
    meanwhile: () => uses.meanwhile,
    madeFolders: () => uses.madeFolders,
    links: () => uses.links,
    async changedCode() {
      return findChanged(supervision, started, seen, unobserved).catch(
        note('Changes of the code', undefined),
      );
    },
    async finish() {
      const hashedGaps = await gaps;
      await early.finish();
      const hashAtSight = ({ path, size, modifiedAt }: FileUse): string | undefined =>
        early.hashOf(resolve(plan.root, path), size, modifiedAt);
      const earlier = await hashEarlier(uses.inputs, {
        ...{ folder: paths.earlier, keep: plan.reproduces === undefined },
        recorded: async input => hashAtSight(input) ?? (await hashOfOutput(spec.store, spec.id, input)),
      }).catch(note('Earlier contents of files', withoutCopies(uses.inputs)));
      const listed = withGapHashes(
        earlier.map(input => withHash(input, hashAtSight(input))),
        plan,
        hashedGaps,
      );
      const inputs = await hashFileUses(listed, { root: plan.root }).catch(
        note('Hashes of inputs', [...listed]),
      );
      const seenPath = seen.pythons[0]?.path;
      const late =
        seenPath !== undefined || place.isHere
          ? packagesOf(started, { seenPath, contents: true })
          : packagesBefore;
      const packages =
        seenPath === undefined ? withKnownContents(await packagesBefore, await late) : await late;
      const list = await storePackages(spec.store, packages).catch(
        orUnknown<{ list: string; count: number }>(),
      );
      const hosts = askedHosts(seen.hosts ?? [], place.isHere ? ownNames() : []);
      const content: Captured = {
        schemaVersion: 1,
        hardware: await hardware,
        packages: list,
        ...(await packageEdits(started, seen)),
        editable: (knownValue(packages) ?? []).filter(one => one.editable === true),
        modules:
          seen.pythons.length > 0 ? captured(loadedModules(seen)) : unknown('no Python program was observed'),
        inputs,
        ...(hashedGaps.length === 0 ? {} : { gaps: hashedGaps }),
        ...(uses.present.length === 0 ? {} : { present: [...uses.present] }),
        ...(uses.listed.length === 0 ? {} : { listed: [...uses.listed] }),
        ...(hosts.length === 0 ? {} : { hosts }),
        ...(unobserved.length === 0 ? {} : { children: [...unobserved] }),
        ...(uses.notKept.length === 0 ? {} : { notKept: [...uses.notKept] }),
        code: seen.code,
        ...(seen.within.length === 0 ? {} : { within: [...seen.within] }),
        ...(ownMlflow() ? { mlflow: 'own-server' } : {}),
        facts: seen.facts,
        ...(seen.seeds === undefined ? {} : { seeds: seedsBelow(plan.root, seen.seeds) }),
        pythons: seen.pythons.map(one => ({ ...one })),
        ...(seen.incomplete ? { incomplete: true } : {}),
        ...(seen.refused === undefined ? {} : { refused: [...seen.refused] }),
      };
      await writeJsonAtomic(paths.captured, content).catch(note('captured.json', undefined));
      log.note('what was captured is written');
      supervision.changed();
    },
  };
}

/** Bytes of inputs that are hashed before a run is called over, where they were not hashed while it went on. */
const hashedBeforeEnd = 512 * 1024 * 1024;

/** What was hashed at first sight is known, whatever the file is like by now. */
function withHash(input: FileUse, sha256: string | undefined): FileUse {
  return sha256 === undefined || input.sha256 !== undefined ? input : { ...input, sha256 };
}

/** An earlier run, or what went on beside this one, may have hashed just that file as its output. */
async function hashOfOutput(store: StorePath, id: string, input: FileUse): Promise<string | undefined> {
  for await (const result of recentResults(store)) {
    const output = result.id === id ? undefined : result.outputs.find(({ path }) => path === input.path);
    if (output?.size === input.size && sameTime(output?.modifiedAt ?? Infinity, input.modifiedAt))
      return output?.sha256;
  }
  return undefined;
}

function withoutCopies(inputs: readonly ListedInput[]): FileUse[] {
  return inputs.map(({ copy: _, ...input }) => input);
}

function seedsBelow(root: string, seeds: readonly SeenSeed[]): SeenSeed[] {
  return seeds.map(seed => {
    if (seed.file === undefined || !isBelow(seed.file, root)) return seed;
    return { ...seed, file: relative(root, seed.file).split(sep).join('/') };
  });
}

interface Around {
  readonly live: LiveRun | undefined;
  readonly unobserved: readonly string[];
  readonly opened: readonly SeenRead[];
  readonly early: EarlyHashes;
}

async function listUses(
  { paths, spec }: Supervision,
  { plan, prepared, startedAt, surroundings, outputsBefore }: StartedRun,
  seen: Seen,
  { live, unobserved, opened, early }: Around,
): Promise<FileUses> {
  const environment = knownValue(plan.interpreter)?.prefix;
  const [overlapping, others, snapshot] = await Promise.all([
    live?.overlapped() ?? true,
    live?.others() ?? [],
    snapshotFiles(plan),
  ]);
  return listFileUses({
    root: plan.root,
    cwd: prepared.cwd ?? spec.cwd,
    declaredInputs: plan.declaredInputs,
    ...{ declaredOutputs: plan.declaredOutputs, outputsBefore },
    ...{ argv: prepared.argv ?? plan.argv, opened },
    firstSight: path => early.firstSight(path),
    seen,
    // File systems store times more coarsely than the clock tells them.
    startedAt: Date.parse(startedAt) - 20,
    overlapping,
    ownedBy: fileOwners(paths, others),
    ...snapshot,
    allSeen: isAllSeen(plan, seen, unobserved),
    own: [spec.store, paths.dir],
    environments: environment === undefined ? [] : [environment],
    home: surroundings['HOME'],
    temporary: temporaryFolders(surroundings),
  });
}

/** What the runs themselves say of files that no hook saw this run write. */
function fileOwners(paths: RunPaths, others: readonly RunPaths[]): FileUseQuestion['ownedBy'] {
  const ours = new FollowedList(paths.followed);
  const theirs = others.map(other => new FileClaims(other).read());
  return path =>
    ours.has(path) ? 'this-run' : theirs.some(claimed => claimed.has(path)) ? 'another' : 'unknown';
}

/** A reproduction's checkout is nobody's to edit. What the run was seen to write, or says it writes, is its output. */
async function findChanged(
  { spec }: Supervision,
  { plan }: StartedRun,
  seen: Seen,
  unobserved: readonly string[],
): Promise<ChangedCode | undefined> {
  const code = knownValue(plan.code);
  if (code === undefined || plan.reproduces !== undefined) return undefined;
  return changedCode({
    ...{ root: plan.root, tree: code.tree, gaps: code.gaps.map(({ path }) => path), seen },
    askedAt: Date.parse(spec.createdAt),
    declaredOutputs: plan.declaredOutputs,
    allSeen: isAllSeen(plan, seen, unobserved),
  });
}

/** The hook was active in every process of the run. */
function isAllSeen({ argv }: StartedRun['plan'], seen: Seen, unobserved: readonly string[]): boolean {
  return (
    readCommandWords(argv).interpreter === 0 &&
    seen.pythons.length > 0 &&
    !seen.incomplete &&
    unobserved.length === 0
  );
}

function orUnknown<T>(): (error: unknown) => Known<T> {
  return error => unknown(errorText(error));
}
