/**
 * Finds out beside and after the run what would have delayed its start: hardware, packages, modules that were really
 * loaded, files that were really read and written. What cannot be found out is unknown, with its reason.
 */
import { existsSync } from 'node:fs';
import { relative, resolve, sep } from 'node:path';
import { writeJsonAtomic } from '../base/atomicFile.ts';
import { errorText } from '../base/systemError.ts';
import { findEditedFiles } from '../git/findEditedFiles.ts';
import { listTree } from '../git/listTree.ts';
import type { Captured, FileUse, Hardware, Package, SeenSeed } from '../runs/captured.ts';
import { captured, knownValue, unknown } from '../runs/known.ts';
import type { Known } from '../runs/known.ts';
import { writePackageList } from '../runs/packageStore.ts';
import type { Plan } from '../runs/plan.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { readCommandWords } from './capture/commandWords.ts';
import { hashFileUses, listFileUses } from './capture/fileUses.ts';
import { temporaryFolders } from './capture/temporaryFiles.ts';
import type { FileUseQuestion, FileUses } from './capture/fileUses.ts';
import { hashGaps, withGapHashes } from './capture/hashGaps.ts';
import { isBelow } from './capture/ignoredPaths.ts';
import { loadedModules, readSeen } from './capture/readSeen.ts';
import type { Seen } from './capture/readSeen.ts';
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
  /** After the end of the command. With hashes; never rejects. */
  outputs(): Promise<FileUse[]>;
  /** After {@link outputs}: whether the program logged with MLflow past its run, and nothing to it. */
  ownMlflow(): boolean;
  /** After {@link outputs}: source files that somebody made or edited meanwhile. */
  meanwhile(): readonly string[];
  /** After {@link outputs}: files of the snapshot that somebody else changed meanwhile; undefined when unknown. */
  editedCode(): Promise<string[] | undefined>;
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
  const early = packagesOf(started, { contents: false });
  const gaps = hashGaps(plan).catch(note('Files over the size limit', []));
  let seen = nothingSeen;
  let uses: FileUses = { inputs: [], outputs: [], meanwhile: [] };

  function note<T>(what: string, instead: T): (error: unknown) => T {
    return error => {
      log.warn(`${what} could not be captured: ${errorText(error)}`);
      return instead;
    };
  }

  // The journal is there as soon as anything arrives.
  const ownMlflow = (): boolean => seen.ownMlflow && !existsSync(paths.mlflow);

  return {
    async outputs() {
      seen = await readSeen(paths.seen, { outside: path => place.outside(path) }).catch(
        note('Files and modules', nothingSeen),
      );
      uses = await listUses(supervision, started, seen, await live).catch(note('Inputs and outputs', uses));
      return hashFileUses(uses.outputs, { root: plan.root }).catch(
        note('Hashes of outputs', [...uses.outputs]),
      );
    },
    ownMlflow,
    meanwhile: () => uses.meanwhile,
    async editedCode() {
      return findEdited(supervision, started, seen).catch(note('Changes of the code', undefined));
    },
    async finish() {
      const hashedGaps = await gaps;
      const listed = withGapHashes(uses.inputs, plan, hashedGaps);
      const inputs = await hashFileUses(listed, { root: plan.root }).catch(
        note('Hashes of inputs', [...listed]),
      );
      const seenPath = seen.pythons[0]?.path;
      const late =
        seenPath !== undefined || place.isHere ? packagesOf(started, { seenPath, contents: true }) : early;
      const packages = seenPath === undefined ? withKnownContents(await early, await late) : await late;
      const list = await storePackages(spec.store, packages).catch(
        orUnknown<{ list: string; count: number }>(),
      );
      const content: Captured = {
        schemaVersion: 1,
        hardware: await hardware,
        packages: list,
        editable: (knownValue(packages) ?? []).filter(one => one.editable === true),
        modules:
          seen.pythons.length > 0 ? captured(loadedModules(seen)) : unknown('no Python program was observed'),
        inputs,
        ...(hashedGaps.length === 0 ? {} : { gaps: hashedGaps }),
        code: seen.code,
        ...(seen.within.length === 0 ? {} : { within: [...seen.within] }),
        ...(ownMlflow() ? { mlflow: 'own-server' } : {}),
        facts: seen.facts,
        ...(seen.seeds === undefined ? {} : { seeds: seedsBelow(plan.root, seen.seeds) }),
        pythons: seen.pythons.map(one => ({ ...one })),
        ...(seen.incomplete ? { incomplete: true } : {}),
      };
      await writeJsonAtomic(paths.captured, content).catch(note('captured.json', undefined));
      log.note('what was captured is written');
      supervision.changed();
    },
  };
}

function seedsBelow(root: string, seeds: readonly SeenSeed[]): SeenSeed[] {
  return seeds.map(seed => {
    if (seed.file === undefined || !isBelow(seed.file, root)) return seed;
    return { ...seed, file: relative(root, seed.file).split(sep).join('/') };
  });
}

async function packagesOf(
  { plan, place, variables }: StartedRun,
  { seenPath, contents }: { readonly seenPath?: readonly string[] | undefined; readonly contents: boolean },
): Promise<Known<Package[]>> {
  const interpreter = knownValue(plan.interpreter);
  if (interpreter === undefined && seenPath === undefined)
    return unknown('the command is not known to be Python');
  return place.packages(interpreter, { seenPath, contents }, variables).catch(orUnknown<Package[]>());
}

/** What is there after the run tells the contents of what was there before, where it is the same version still. */
function withKnownContents(before: Known<Package[]>, after: Known<Package[]>): Known<Package[]> {
  if (before.known === 'unknown') return before;
  const contents = new Map(
    (knownValue(after) ?? []).map(one => [`${one.name} ${one.version}`, one.contents] as const),
  );
  return {
    ...before,
    value: before.value.map(one => {
      const known = contents.get(`${one.name} ${one.version}`);
      return known === undefined ? one : { ...one, contents: known };
    }),
  };
}

async function storePackages(store: string, packages: Known<Package[]>): Promise<Captured['packages']> {
  if (packages.known === 'unknown') return packages;
  const list = await writePackageList(store, packages.value);
  return { ...packages, value: { list, count: packages.value.length } };
}

async function listUses(
  { paths, spec }: Supervision,
  { plan, prepared, startedAt, surroundings }: StartedRun,
  seen: Seen,
  live: LiveRun | undefined,
): Promise<FileUses> {
  const environment = knownValue(plan.interpreter)?.prefix;
  const [overlapping, others, isInSnapshot] = await Promise.all([
    live?.overlapped() ?? true,
    live?.others() ?? [],
    snapshotFiles(plan),
  ]);
  return listFileUses({
    root: plan.root,
    cwd: prepared.cwd ?? spec.cwd,
    declaredInputs: plan.declaredInputs,
    declaredOutputs: plan.declaredOutputs,
    seen,
    // File systems store times more coarsely than the clock tells them.
    startedAt: Date.parse(startedAt) - 20,
    overlapping,
    ownedBy: fileOwners(paths, others),
    isInSnapshot,
    allSeen:
      readCommandWords(plan.argv).interpreter === 0 &&
      seen.pythons.length > 0 &&
      !seen.incomplete &&
      seen.startedOthers !== true,
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
async function findEdited(
  { spec }: Supervision,
  { plan }: StartedRun,
  seen: Seen,
): Promise<string[] | undefined> {
  const code = knownValue(plan.code);
  if (code === undefined || plan.reproduces !== undefined) return undefined;
  const edited = await findEditedFiles({
    root: plan.root,
    tree: code.tree,
    gaps: code.gaps.map(({ path }) => path),
    // File systems store times more coarsely than the clock tells them.
    since: Date.parse(spec.createdAt) - 2_000,
  });
  const written = [...seen.writes, ...plan.declaredOutputs].map(path => resolve(plan.root, path));
  return edited.filter(path => !written.some(one => isBelow(resolve(plan.root, path), one)));
}

async function snapshotFiles(plan: Plan): Promise<(path: string) => boolean> {
  const code = knownValue(plan.code);
  if (code === undefined) return () => false;
  const files = new Set(await listTree({ root: plan.root, tree: code.tree }));
  const gaps = new Set(code.gaps.map(gap => gap.path));
  return path =>
    !gaps.has(path) &&
    (files.has(path) || code.submodules.some(submodule => path.startsWith(`${submodule.path}/`)));
}

function orUnknown<T>(): (error: unknown) => Known<T> {
  return error => unknown(errorText(error));
}
