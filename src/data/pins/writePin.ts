/** Writes `.dvc` files as `dvc add` and `dvc commit` do, byte for byte; of a file that exists only what changed. */
import { isMap, isScalar, isSeq } from 'yaml';
import type { YAMLMap } from 'yaml';
import type { DataRepository } from '../dataRepository.ts';
import type { ObjectId } from '../objectId.ts';
import { dumperEra } from '../yaml/dumperEra.ts';
import { applyEdits, editMap, pairOf, parseForEdit, UneditableYaml } from '../yaml/editMap.ts';
import { emitYaml } from '../yaml/emitYaml.ts';
import { pinNotWritable } from './errors.ts';
import { readForWriting, replaceFile } from './pinFilePlace.ts';
import { pinPath } from './pinPath.ts';
import { readPinFile } from './readPinFile.ts';
import { stageChecksum } from './stageChecksum.ts';

export interface DvcFileContent {
  /** Of the output, relative to the data root, forward slashes. */
  readonly path: string;
  /** Relative to the data root; `<path>.dvc` when absent. */
  readonly pinFile?: string;
  readonly object: ObjectId;
  readonly size?: number;
  /** Files of a folder. */
  readonly files?: number;
  readonly executable?: boolean;
  /** Only for a new file, or to change one that says something else. */
  readonly description?: string;
  readonly remote?: string;
  readonly push?: boolean;
  readonly cached?: boolean;
  /** A file or folder of another repository at a revision (`dvc import`); written frozen. */
  readonly importedFrom?: {
    readonly url: string;
    /** The path there. */
    readonly path: string;
    readonly revision?: string;
    /** The commit that `revision` was. */
    readonly lockedRevision: string;
  };
}

export interface WrittenPin {
  /** Relative to the data root. */
  readonly pinFile: string;
  /** False when the file said all this already; then it was not touched. */
  readonly changed: boolean;
}

/** Rejects with `pin-not-writable` where the file that is there is no valid pin file, or lies behind a link. */
export async function writeDvcFile(repository: DataRepository, content: DvcFileContent): Promise<WrittenPin> {
  const pinFile = content.pinFile ?? `${content.path}.dvc`;
  const place = pinPath('', '.', content.path);
  if ('refused' in place) throw pinNotWritable(pinFile, place.refused);
  const old = await readForWriting(repository.root, pinFile);
  const text = dvcFileText(old, { ...content, pinFile });
  if (text === old) return { pinFile, changed: false };
  await replaceFile(repository.root, pinFile, text);
  return { pinFile, changed: true };
}

/** What the file says then: `old` with the changes, or a new one. Throws `pin-not-writable`. */
export function dvcFileText(
  old: string | undefined,
  content: DvcFileContent & { readonly pinFile: string },
): string {
  const text = old === undefined || old.trim() === '' ? newDvcFile(content) : editedDvcFile(old, content);
  const read = readPinFile(text, content.pinFile);
  const output = read.outputs.find(candidate => candidate.path === content.path);
  if (output?.object?.value !== content.object.value || output.object.algorithm !== content.object.algorithm)
    throw pinNotWritable(content.pinFile, 'it could not be changed so that it would be read right');
  return text;
}

function newDvcFile(content: DvcFileContent & { readonly pinFile: string }): string {
  const imported = content.importedFrom;
  const dependencies =
    imported === undefined
      ? undefined
      : [
          {
            path: imported.path,
            repo: { url: imported.url, rev: imported.revision, rev_lock: imported.lockedRevision },
          },
        ];
  const output = {
    md5: content.object.value,
    size: content.size,
    nfiles: content.files,
    isexec: content.executable === true ? true : undefined,
    hash: content.object.algorithm === 'md5' ? 'md5' : undefined,
    path: writtenPath(content),
    desc: content.description,
    cache: content.cached === false ? false : undefined,
    remote: content.remote,
    push: content.push === false ? false : undefined,
  };
  const frozen = imported === undefined ? undefined : true;
  const body = { frozen, deps: dependencies, outs: [output] };
  const checksum = dependencies === undefined ? undefined : stageChecksum(emitYaml(body, 'new'));
  return emitYaml({ md5: checksum, ...body }, 'new');
}

/** Relative to the folder of the pin file. */
function writtenPath(content: DvcFileContent & { readonly pinFile: string }): string {
  const slash = content.pinFile.lastIndexOf('/');
  const folder = content.pinFile.slice(0, slash + 1);
  if (!content.path.startsWith(folder))
    throw pinNotWritable(content.pinFile, `${content.path} does not lie in its folder`);
  return content.path.slice(folder.length);
}

function editedDvcFile(old: string, content: DvcFileContent & { readonly pinFile: string }): string {
  const known = readPinFile(old, content.pinFile);
  const output = known.outputs.find(candidate => candidate.path === content.path);
  const problem = known.problems[0];
  if (problem !== undefined) throw pinNotWritable(content.pinFile, problem.what);
  if (output === undefined) throw pinNotWritable(content.pinFile, `it does not pin ${content.path}`);
  const sameContent =
    output.object?.value === content.object.value && output.object.algorithm === content.object.algorithm;
  const changes = new Map<string, string | number | boolean | undefined>();
  if (!sameContent) {
    changes.set('md5', content.object.value);
    changes.set('size', content.size);
    changes.set('nfiles', content.files);
    changes.set('isexec', content.executable === true ? true : undefined);
    for (const key of ['etag', 'checksum', 'version_id', 'cloud', 'files']) changes.set(key, undefined);
    changes.set('hash', content.object.algorithm === 'md5' ? 'md5' : undefined);
  } else if (content.executable !== undefined && content.executable !== output.executable)
    changes.set('isexec', content.executable ? true : undefined);
  if (content.description !== undefined) changes.set('desc', content.description);
  if (content.cached !== undefined) changes.set('cache', content.cached ? undefined : false);
  if (content.remote !== undefined) changes.set('remote', content.remote);
  if (content.push !== undefined) changes.set('push', content.push ? undefined : false);
  try {
    const era = dumperEra(old);
    const edited = applyEdits(old, editMap(old, outputMap(old, content), changes, era));
    return withStageChecksum(edited, old, era);
  } catch (error) {
    if (error instanceof UneditableYaml) throw pinNotWritable(content.pinFile, error.message);
    throw error;
  }
}

function outputMap(text: string, content: DvcFileContent & { readonly pinFile: string }): YAMLMap {
  const root = parseForEdit(text).contents;
  const outs = isMap(root) ? pairOf(root, 'outs')?.value : undefined;
  const folder = content.pinFile.slice(0, Math.max(0, content.pinFile.lastIndexOf('/')));
  const wdir = isMap(root) ? root.get('wdir') : undefined;
  for (const item of isSeq(outs) ? outs.items : []) {
    const written = isMap(item) ? pairOf(item, 'path')?.value : undefined;
    if (!isMap(item) || !isScalar(written) || typeof written.value !== 'string') continue;
    const place = pinPath(folder, typeof wdir === 'string' && wdir !== '' ? wdir : '.', written.value);
    if ('path' in place && place.path === content.path) return item;
  }
  throw new UneditableYaml(`${content.path} is pinned through anchors`);
}

/** Files of imports carry a checksum of themselves, which changes with what they say. */
function withStageChecksum(text: string, old: string, era: ReturnType<typeof dumperEra>): string {
  if (text === old) return text;
  const root = parseForEdit(text).contents;
  if (!isMap(root) || pairOf(root, 'md5') === undefined || pairOf(root, 'deps') === undefined) return text;
  const checksum = stageChecksum(text);
  return checksum === undefined
    ? text
    : applyEdits(text, editMap(text, root, new Map([['md5', checksum]]), era));
}
