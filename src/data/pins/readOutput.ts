/**
 * One entry of `outs`, of a `.dvc` file or of `dvc.lock`. Source: dvc `output.py` (`SCHEMA`, `loadd_from`,
 * `_compute_hash_info_from_meta`), `schema.py` (`DATA_SCHEMA`).
 */
import type { FolderListing } from '../folderListing.ts';
import { listingBytes, listingId } from '../listing/listingBytes.ts';
import type { ObjectId } from '../objectId.ts';
import type { CloudFile } from '../pinnedOutput.ts';
import type { YamlList, YamlMap, YamlNode, YamlScalar } from '../yaml/readYaml.ts';
import { booleanOf, integerOf } from '../yaml/scalarKind.ts';

/** What an entry says of the content, whichever file it stands in. */
export interface OutputContent {
  readonly object?: ObjectId;
  readonly size?: number;
  readonly files?: number;
  readonly executable: boolean;
  readonly cloudFiles?: readonly CloudFile[];
}

/** Hands what is wrong to `tell`, with the offset; what is left is read. */
export type Tell = (what: string, at: number) => void;

export function readOutputContent(entry: YamlMap, remote: string | undefined, tell: Tell): OutputContent {
  const told = readObject(entry, tell);
  const size = readInteger(entry, 'size', tell);
  const files = readInteger(entry, 'nfiles', tell);
  const cloudFiles = readCloudFiles(entry, remote, tell);
  const ofFiles = entry.entries.has('files') ? cloudFiles : undefined;
  const total =
    size ?? (ofFiles === undefined ? undefined : ofFiles.reduce((sum, file) => sum + (file.size ?? 0), 0));
  const count = files ?? ofFiles?.length;
  const object = told ?? (readText(entry, 'hash', tell) === 'md5' ? objectOfFiles(ofFiles) : undefined);
  return {
    ...(object === undefined ? {} : { object }),
    ...(total === undefined ? {} : { size: total }),
    ...(count === undefined ? {} : { files: count }),
    executable: readBoolean(entry, 'isexec', tell) ?? false,
    ...(cloudFiles === undefined ? {} : { cloudFiles }),
  };
}

/** Without `hash: md5` the md5 is one of DVC 2 or older: of text with CRLF made LF. */
function readObject(entry: YamlMap, tell: Tell): ObjectId | undefined {
  const md5 = entry.entries.get('md5');
  const value = readText(entry, 'md5', tell)?.toLowerCase();
  const hash = readText(entry, 'hash', tell);
  if (value === undefined || value === '') return undefined;
  if (!/^[0-9a-f]{32}(?:\.dir)?$/.test(value)) {
    tell(`${JSON.stringify(value.slice(0, 60))} is no md5`, md5?.at ?? entry.at);
    return undefined;
  }
  if (hash !== undefined && hash !== 'md5') {
    tell(
      `the hash ${JSON.stringify(hash.slice(0, 60))} is not known`,
      entry.entries.get('hash')?.at ?? entry.at,
    );
    return undefined;
  }
  return { algorithm: hash === 'md5' ? 'md5' : 'md5-dos2unix', value };
}

/** Of a folder whose files the pin itself names dvc keeps no hash: it is that of their listing. */
function objectOfFiles(files: readonly CloudFile[] | undefined): ObjectId | undefined {
  const listing = files === undefined ? undefined : listingOfCloud(files);
  return listing === undefined ? undefined : listingId(listingBytes(listing));
}

/** Undefined where one of the files has no hash. */
export function listingOfCloud(files: readonly CloudFile[]): FolderListing | undefined {
  const listed = files.flatMap(({ relativePath, md5 }) => (md5 === undefined ? [] : [{ relativePath, md5 }]));
  return listed.length === files.length ? { files: listed } : undefined;
}

function readCloudFiles(
  entry: YamlMap,
  remote: string | undefined,
  tell: Tell,
): readonly CloudFile[] | undefined {
  const files = entry.entries.get('files');
  if (files === undefined) {
    const single = cloudVersion(entry, tell);
    return single === undefined ? undefined : [cloudFile('', entry, single, remote, tell)];
  }
  if (files.kind !== 'list') {
    tell('files must be a list', files.at);
    return undefined;
  }
  const read: CloudFile[] = [];
  for (const file of files.items) {
    if (file.kind !== 'map') {
      tell('a file must be a mapping', file.at);
      continue;
    }
    const relativePath = readText(file, 'relpath', tell);
    if (relativePath === undefined || !isInnerPath(relativePath))
      tell(`the relpath ${JSON.stringify(relativePath ?? '')} does not lie inside of the output`, file.at);
    else read.push(cloudFile(relativePath, file, cloudVersion(file, tell), remote, tell));
  }
  return read;
}

export function isInnerPath(path: string): boolean {
  return (
    path !== '' &&
    !path.includes('\0') &&
    !path.includes('\\') &&
    path.split('/').every(part => part !== '' && part !== '.' && part !== '..')
  );
}

interface CloudVersion {
  readonly remote?: string;
  readonly details: YamlMap;
}

/** `cloud: {<remote>: {…}}`, or version_id and etag beside the md5 in files of early DVC 3. */
function cloudVersion(entry: YamlMap, tell: Tell): CloudVersion | undefined {
  const cloud = entry.entries.get('cloud');
  if (cloud === undefined)
    return entry.entries.has('version_id') || entry.entries.has('etag') ? { details: entry } : undefined;
  const first = cloud.kind === 'map' ? [...cloud.entries][0] : undefined;
  if (first?.[1].kind !== 'map') {
    tell('cloud must name a remote', cloud.at);
    return undefined;
  }
  return { remote: first[0], details: first[1] };
}

function cloudFile(
  relativePath: string,
  entry: YamlMap,
  version: CloudVersion | undefined,
  remote: string | undefined,
  tell: Tell,
): CloudFile {
  const md5 = readText(entry, 'md5', tell)?.toLowerCase();
  const size = readInteger(entry, 'size', tell);
  const versionId = version === undefined ? undefined : readText(version.details, 'version_id', tell);
  const etag = version === undefined ? undefined : readText(version.details, 'etag', tell);
  return {
    relativePath,
    ...(md5 === undefined || !/^[0-9a-f]{32}$/.test(md5) ? {} : { md5 }),
    ...(size === undefined ? {} : { size }),
    executable: readBoolean(entry, 'isexec', tell) ?? false,
    remote: version?.remote ?? remote ?? '',
    ...(versionId === undefined ? {} : { versionId }),
    ...(etag === undefined ? {} : { etag }),
  };
}

export function readText(map: YamlMap, key: string, tell: Tell): string | undefined {
  const node = map.entries.get(key);
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind === 'scalar') return node.text;
  tell(`${key} must be a text`, node.at);
  return undefined;
}

export function readBoolean(map: YamlMap, key: string, tell: Tell): boolean | undefined {
  return readScalar(map, key, booleanOf, 'must be true or false', tell);
}

export function readInteger(map: YamlMap, key: string, tell: Tell): number | undefined {
  return readScalar(
    map,
    key,
    scalar => {
      const number = integerOf(scalar);
      return number === undefined || number < 0 ? undefined : number;
    },
    'must be a whole number',
    tell,
  );
}

export function readList(map: YamlMap, key: string, tell: Tell): YamlList | undefined {
  const node = map.entries.get(key);
  if (node === undefined || isNull(node)) return undefined;
  if (node.kind === 'list') return node;
  tell(`${key} must be a list`, node.at);
  return undefined;
}

export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.plain && /^(?:|~|null|Null|NULL)$/.test(node.text);
}

function readScalar<Value>(
  map: YamlMap,
  key: string,
  read: (scalar: YamlScalar) => Value | undefined,
  complaint: string,
  tell: Tell,
): Value | undefined {
  const node = map.entries.get(key);
  if (node === undefined || isNull(node)) return undefined;
  const value = node.kind === 'scalar' ? read(node) : undefined;
  if (value === undefined) tell(`${key} ${complaint}`, node.at);
  return value;
}
