/**
 * Gives a private checkout the pinned data that the run read, from the cache, where the pins of the run's own code say
 * what it was: also when the workspace holds another version by now, and from the remote where the cache lacks it.
 * Invariants: nothing that the program writes in its checkout changes an object of the cache (short of giving itself the
 * right to, by chmod, to one that is linked); an input counts as offered only when its content was hashed just now and is
 * what the run had read. What is copied is hashed on its way into the
 * checkout, once, by the hash of the record; what is cloned or linked is read where it was placed.
 */
import { lstatSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { errorText } from '../../base/systemError.ts';
import type { DataRepository, LinkType } from '../../data/dataRepository.ts';
import { checkoutData } from '../../data/operations/checkoutData.ts';
import type { DataProject } from '../../data/operations/dataProject.ts';
import { fetchData } from '../../data/operations/fetchData.ts';
import { findRecordedConfigs, withRecordedConfigs } from '../../data/operations/recordedDataProject.ts';
import { openDataProject } from '../../data/operations/openDataProject.ts';
import { prefixOf } from '../../data/operations/selectPins.ts';
import { loadPins } from '../../data/pins/loadPins.ts';
import { hashFolderContents, listFolder } from '../../execution/capture/hashFolder.ts';
import { findRepository } from '../../git/findRepository.ts';
import { hashFile } from '../../git/hashFile.ts';
import type { FileUse } from '../../runs/captured.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { keepTime } from './keepTime.ts';
import { leadsOut, placeInCheckout } from './placeInCheckout.ts';
import type { VerifiedInput } from './recheckInputs.ts';

export interface OfferPinnedRequest {
  /** What the run read outside of its snapshot. */
  readonly inputs: readonly FileUse[];
  /** What it wrote: data that it changed in place is copied, whatever links would be possible. */
  readonly outputs: readonly FileUse[];
  /** Absolute: its data repositories lend their cache. */
  readonly workspace: string;
  readonly layout: CheckoutLayout;
  readonly environment: NodeJS.ProcessEnv;
  /** The command may run as root where this process does not. */
  readonly byRoot?: boolean;
  /** Inputs whose content is not recorded count by their size; they are not told of as unverified. */
  readonly bySize?: boolean;
  readonly signal: AbortSignal;
}

export interface OfferedPins {
  /** Recorded paths of the inputs that are there now. Others are to be found elsewhere. */
  readonly offered: ReadonlySet<string>;
  /** Those of them of whose content the record says nothing: they are as the pins of the run's code say. */
  readonly unverified: readonly string[];
  /** Single files whose content was the recorded one just now. */
  readonly verified: readonly VerifiedInput[];
}

/** Rejects only when aborted: data that cannot be had is somebody else's to name. */
export async function offerPinned(request: OfferPinnedRequest): Promise<OfferedPins> {
  const offered = new Set<string>();
  const unverified: string[] = [];
  const verified: VerifiedInput[] = [];
  const inputs = request.inputs.filter(
    input => !isAbsolute(input.path) && (input.sha256 !== undefined || request.bySize === true),
  );
  if (inputs.length === 0) return { offered, unverified, verified };
  try {
    const project = await projectOfCheckout(
      request,
      inputs.map(input => input.path),
    );
    const pinned = await pinnedPaths(project);
    const wanted: FileUse[] = [];
    for (const input of inputs) {
      const pins = pinned.filter(path => overlap(path, input.path));
      if (pins.length > 0 && !(await anyLeadsOut([input.path, ...pins], request.layout))) wanted.push(input);
    }
    if (wanted.length === 0) return { offered, unverified, verified };
    const copied = await place(project, wanted, request, true);
    for (const input of wanted) {
      const placed = join(request.layout.checkout, input.path);
      let what = await compare(placed, input, copied, request.signal);
      if (what === 'other') {
        await removePlaced(placed, request.layout);
        // Was an object damaged? Copied by its name it is found out, told from sound ones, and not placed.
        await place(project, [input], request, false);
        what = await compare(placed, input, new Map(), request.signal);
      }
      // The run had read something else than its pin said.
      if (what === 'other') await removePlaced(placed, request.layout);
      else offered.add(input.path);
      if (what !== 'other') await keepTime(placed, input.modifiedAt);
      if (what === 'unverified') unverified.push(input.path);
      if (what === 'verified' && input.sha256 !== undefined && input.hashOf === undefined)
        verified.push({ path: input.path, place: placed, sha256: input.sha256 });
    }
  } catch {
    request.signal.throwIfAborted();
  }
  return { offered, unverified, verified };
}

/** The data repositories of the checkout, with pins and remotes of the run, and the cache of the workspace. */
async function projectOfCheckout(
  { workspace, layout, environment }: OfferPinnedRequest,
  inputs: readonly string[],
): Promise<DataProject> {
  const scrubbed = { ...environment, GIT_DIR: undefined, GIT_WORK_TREE: undefined };
  const configs = new Map<string, string>();
  for (const [folder, path] of findRecordedConfigs(inputs, one => isFile(join(layout.checkout, one))))
    configs.set(folder, await readFile(join(layout.checkout, path), 'utf8'));
  const here = await withRecordedConfigs(
    await openDataProject(workspace, scrubbed),
    configs,
    join(layout.base, '.data', 'cache'),
  );
  const git = await findRepository(layout.checkout, scrubbed);
  const repositories = await Promise.all(
    here.repositories.map(async (repository, place): Promise<DataRepository | undefined> => {
      const root = join(layout.checkout, relative(here.root, repository.root));
      // Locks are written in there.
      if (await leadsOut(layout.base, join(root, '.dvc', 'tmp', 'lock'))) return undefined;
      if ((await stat(join(root, '.dvc')).catch(() => undefined)) === undefined) return undefined;
      return {
        ...{ root, gitRoot: layout.checkout, stateFolder: join(layout.base, '.data', String(place)) },
        settings: { ...repository.settings, sharedWithGroup: false, autostage: false },
      };
    }),
  );
  return {
    root: layout.checkout,
    ...(git === undefined ? {} : { git }),
    repositories: repositories.filter(one => one !== undefined),
    environment: scrubbed,
  };
}

/** No link: it could lead anywhere. */
function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function pinnedPaths(project: DataProject): Promise<string[]> {
  const paths: string[] = [];
  for (const repository of project.repositories) {
    const { outputs } = await loadPins(repository);
    const prefix = prefixOf(project, repository);
    paths.push(
      ...outputs.filter(one => one.cached && one.object !== undefined).map(one => prefix + one.path),
    );
  }
  return paths;
}

/** Behind links of the code nothing is placed, and nothing taken away. */
async function anyLeadsOut(paths: readonly string[], { base, checkout }: CheckoutLayout): Promise<boolean> {
  for (const path of paths) if (await leadsOut(base, join(checkout, path))) return true;
  return false;
}

async function removePlaced(path: string, { base }: CheckoutLayout): Promise<void> {
  await rm(await placeInCheckout(base, path), { recursive: true, force: true });
}

function overlap(pinned: string, input: string): boolean {
  return pinned === input || pinned.startsWith(`${input}/`) || input.startsWith(`${pinned}/`);
}

/**
 * Resolves with absolute paths of files that were copied, and their sha256.
 * @param mayTell Where the record holds the hash of an input's content, copies are compared with that alone, not with the
 * name of their object, too: to read 2 GB once more for its md5 takes longer than all the rest.
 */
async function place(
  project: DataProject,
  wanted: readonly FileUse[],
  { outputs, byRoot, signal }: OfferPinnedRequest,
  mayTell: boolean,
): Promise<ReadonlyMap<string, string>> {
  const copied = new Map<string, string>();
  const isWritten = ({ path }: FileUse): boolean => outputs.some(output => overlap(output.path, path));
  const mayTellOf = (input: FileUse): boolean => mayTell && hasContentHash(input);
  for (const written of [true, false])
    for (const tellSha256 of [true, false]) {
      const inputs = wanted.filter(input => isWritten(input) === written && mayTellOf(input) === tellSha256);
      if (inputs.length === 0) continue;
      const links = written || mayWriteAnything || byRoot === true ? copies : readOnlyLinks;
      const paths = inputs.map(input => join(project.root, input.path));
      const linked: DataProject = {
        ...project,
        repositories: project.repositories.map(one => ({
          ...one,
          settings: { ...one.settings, linkTypes: links },
        })),
      };
      // What the cache has needs no remote: a failure to reach one shows in what is missing afterwards.
      await fetchData(linked, { paths }, { signal }).catch((error: unknown) => {
        signal.throwIfAborted();
        return errorText(error);
      });
      const { sha256s } = await checkoutData(linked, { paths, tellSha256 }, { signal });
      for (const [path, sha256] of sha256s ?? []) copied.set(join(project.root, path), sha256);
    }
  return copied;
}

/** Of many files that were seen being read the record knows names and sizes. */
function hasContentHash({ hashOf }: FileUse): boolean {
  return hashOf === undefined || hashOf === 'contents';
}

/** Objects are 0444: through a link nobody writes to them, except who may write anything. */
const readOnlyLinks: readonly LinkType[] = ['reflink', 'hardlink', 'symlink', 'copy'];
const copies: readonly LinkType[] = ['reflink', 'copy'];
const mayWriteAnything = process.getuid?.() === 0;

async function compare(
  path: string,
  input: FileUse,
  copied: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<'verified' | 'same-size' | 'unverified' | 'other'> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'other';
  if (!found.isDirectory()) {
    if (input.sha256 === undefined) return found.size === input.size ? 'same-size' : 'other';
    const sha256 = copied.get(path) ?? (await hashFile(path, signal));
    return sha256 === input.sha256 ? 'verified' : 'other';
  }
  if (input.hashOf !== 'contents') return 'unverified';
  const listing = await listFolder(path, undefined, signal);
  if (listing.cut) return 'unverified';
  return (await hashFolderContents(path, listing, signal, copied)) === input.sha256 ? 'verified' : 'other';
}
