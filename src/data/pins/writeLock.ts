/** Updates what `dvc.lock` says of the outputs of a stage, as `dvc commit` does. */
import { posix } from 'node:path';
import { isMap, isScalar, isSeq } from 'yaml';
import type { YAMLMap, YAMLSeq } from 'yaml';
import type { DataRepository } from '../dataRepository.ts';
import type { ObjectId } from '../objectId.ts';
import { dumperEra } from '../yaml/dumperEra.ts';
import {
  applyEdits,
  columnOf,
  endOfPair,
  pairOf,
  parseForEdit,
  UneditableYaml,
  type TextEdit,
} from '../yaml/editMap.ts';
import { emitMap, emitPair, type YamlObject } from '../yaml/emitYaml.ts';
import type { DumperEra } from '../yaml/emitScalar.ts';
import { pinNotWritable, stageNeverRan } from './errors.ts';
import { readForWriting, replaceFile } from './pinFilePlace.ts';
import { pinPath } from './pinPath.ts';
import { readPinFile } from './readPinFile.ts';
import { stageFolder } from './readPipeline.ts';
import type { WrittenPin } from './writePin.ts';

export interface LockedOutput {
  /** Relative to the data root, forward slashes. */
  readonly path: string;
  readonly object: ObjectId;
  readonly size?: number;
  readonly files?: number;
  readonly executable?: boolean;
}

/**
 * `pinFile` is the `dvc.yaml`, relative to the data root. Outputs that are not named keep what they have.
 * Rejects with `pin-not-writable`; a stage that never ran has no entry, and gets none (`stage-never-ran`).
 */
export async function writeLock(
  repository: DataRepository,
  request: { readonly pinFile: string; readonly stage: string; readonly outputs: readonly LockedOutput[] },
): Promise<WrittenPin> {
  const { pinFile, stage } = request;
  const lockFile = pinFile.replace(/\.ya?ml$/, '.lock');
  const pipeline = (await readForWriting(repository.root, pinFile)) ?? '';
  const old = await readForWriting(repository.root, lockFile);
  if (old === undefined) throw stageNeverRan(pinFile, stage);
  const text = lockText(old, pipeline, { ...request, lockFile });
  if (text === old) return { pinFile: lockFile, changed: false };
  const read = readPinFile(pipeline, pinFile, text);
  for (const output of request.outputs) {
    const found = read.outputs.find(candidate => candidate.path === output.path && candidate.stage === stage);
    if (found?.object?.value !== output.object.value)
      throw pinNotWritable(lockFile, 'it could not be changed so that it would be read right');
  }
  await replaceFile(repository.root, lockFile, text);
  return { pinFile: lockFile, changed: true };
}

function lockText(
  old: string,
  pipeline: string,
  request: { pinFile: string; lockFile: string; stage: string; outputs: readonly LockedOutput[] },
): string {
  const folder = stageFolder(pipeline, request.pinFile, request.stage);
  if (folder === undefined)
    throw pinNotWritable(request.lockFile, `${request.pinFile} has no stage ${request.stage}`);
  let text = old;
  try {
    for (const output of request.outputs) text = withOutput(text, request, folder, output);
  } catch (error) {
    if (error instanceof UneditableYaml) throw pinNotWritable(request.lockFile, error.message);
    throw error;
  }
  return text;
}

function withOutput(
  text: string,
  request: { pinFile: string; stage: string },
  folder: string,
  output: LockedOutput,
): string {
  const era = dumperEra(text);
  const entry = stageEntry(text, request.stage);
  if (entry === undefined) throw stageNeverRan(request.pinFile, request.stage);
  const outs = pairOf(entry, 'outs');
  const list = outs?.value;
  if (list !== undefined && list !== null && !isSeq(list)) throw new UneditableYaml('outs is no list');
  const items = list?.items ?? [];
  for (const item of items) {
    const written = isMap(item) ? writtenPath(item) : undefined;
    if (!isMap(item) || written === undefined) throw new UneditableYaml('an output has no path');
    const place = pinPath('', folder, written);
    if ('path' in place && place.path === output.path)
      return isAlready(item, output)
        ? text
        : applyEdits(text, [replaceItem(text, item, written, output, era)]);
  }
  const path = posix.relative(folder, output.path);
  return applyEdits(text, [addItem(text, entry, list ?? undefined, path, output, era)]);
}

function stageEntry(text: string, stage: string): YAMLMap | undefined {
  const root = parseForEdit(text).contents;
  const stages = isMap(root) ? pairOf(root, 'stages')?.value : undefined;
  const entry = isMap(stages) ? pairOf(stages, stage)?.value : undefined;
  return isMap(entry) ? entry : undefined;
}

function writtenPath(item: YAMLMap): string | undefined {
  const node = pairOf(item, 'path')?.value;
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
}

function isAlready(item: YAMLMap, output: LockedOutput): boolean {
  const said = (key: string): string | undefined => {
    const node = pairOf(item, key)?.value;
    return isScalar(node) && typeof node.value === 'string' ? node.value : undefined;
  };
  return (
    said('md5')?.toLowerCase() === output.object.value &&
    (said('hash') === 'md5') === (output.object.algorithm === 'md5') &&
    (said('isexec') === 'true') === (output.executable === true)
  );
}

function entryOf(path: string, output: LockedOutput): YamlObject {
  return {
    path,
    hash: output.object.algorithm === 'md5' ? 'md5' : undefined,
    md5: output.object.value,
    size: output.size,
    nfiles: output.files,
    isexec: output.executable === true ? true : undefined,
  };
}

/** DVC writes the whole entry anew, in its own order. */
function replaceItem(
  text: string,
  item: YAMLMap,
  path: string,
  output: LockedOutput,
  era: DumperEra,
): TextEdit {
  const first = item.items[0];
  const last = item.items.at(-1);
  const start = item.range?.[0];
  if (first === undefined || last === undefined || start === undefined || item.flow === true)
    throw new UneditableYaml('an output is not written as dvc writes it');
  const end = endOfPair(text, last);
  return { start, end, text: emitMap(entryOf(path, output), columnOf(text, start), era).trimEnd() };
}

/** Sorted by path, as DVC keeps them. */
function addItem(
  text: string,
  entry: YAMLMap,
  list: YAMLSeq | undefined,
  path: string,
  output: LockedOutput,
  era: DumperEra,
): TextEdit {
  const item = entryOf(path, output);
  const lastKey = entry.items.at(-1);
  if (entry.flow === true || list?.flow === true || lastKey === undefined)
    throw new UneditableYaml('the stage is not written as dvc writes it');
  const before = (list?.items ?? []).filter(
    (other): other is YAMLMap => isMap(other) && (writtenPath(other) ?? '') < path,
  );
  const firstItem = list?.items[0];
  const anchor = before.at(-1);
  if (list === undefined || !isMap(firstItem)) {
    const column = columnOf(text, startOf(lastKey.key));
    const at = afterLine(text, endOfPair(text, lastKey));
    return { start: at, end: at, text: ' '.repeat(column) + emitPair('outs', [item], column, era) };
  }
  const dash = text.lastIndexOf('-', startOf(firstItem));
  const column = columnOf(text, dash);
  const lines = `${' '.repeat(column)}- ${emitMap(item, column + 2, era)}`;
  const last = anchor?.items.at(-1);
  const at = last === undefined ? dash - column : afterLine(text, endOfPair(text, last));
  return { start: at, end: at, text: lines };
}

function afterLine(text: string, at: number): number {
  const line = text.indexOf('\n', at);
  if (line < 0) throw new UneditableYaml('its last line has no end');
  return line + 1;
}

function startOf(node: unknown): number {
  const range = node !== null && typeof node === 'object' && 'range' in node ? node.range : undefined;
  if (!Array.isArray(range)) throw new UneditableYaml('a place in it cannot be told');
  return Number(range[0]);
}
