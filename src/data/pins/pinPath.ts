/**
 * Where an output lies, from the words of a pin file. Pin files come from strangers: what would leave the data root,
 * or reach into the folders that git and DVC keep for themselves, has no place.
 */
import { posix } from 'node:path';

export type PinPath = { readonly path: string } | { readonly refused: string };

/** `folder` (of the pin file, relative to the data root, '' for the root), then `wdir`, then `path`, both as written. */
export function pinPath(folder: string, wdir: string, path: string): PinPath {
  for (const word of [wdir, path]) {
    const refused = refusedWord(word);
    if (refused !== undefined) return { refused };
  }
  const joined = posix.normalize(posix.join(folder === '' ? '.' : folder, wdir, path)).replace(/\/+$/, '');
  if (joined === '..' || joined.startsWith('../'))
    return { refused: `${JSON.stringify(path)} lies outside of the data repository` };
  if (joined === '.' || joined === '')
    return { refused: `${JSON.stringify(path)} is the whole data repository` };
  const reserved = joined.split('/').find(isReservedName);
  if (reserved !== undefined)
    return { refused: `${JSON.stringify(path)} reaches into ${reserved}, which no pin may` };
  return { path: joined };
}

function refusedWord(word: string): string | undefined {
  if (word.includes('\0')) return 'a path holds a NUL character';
  if (word.length > 4096) return 'a path is longer than any file system allows';
  if (word.startsWith('/') || /^[A-Za-z]:[\\/]/.test(word) || word.startsWith('\\\\'))
    return `${JSON.stringify(word)} is absolute, which is not supported`;
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(word))
    return `${JSON.stringify(word)} lies in a remote, which is not supported for outputs`;
  if (process.platform === 'win32' && /[:\\]/.test(word))
    return `${JSON.stringify(word)} cannot be a path on Windows`;
  return undefined;
}

/**
 * Also what Windows (`GIT~1`, trailing dots and blanks) and macOS (letters that its file system ignores) take for
 * `.git` and `.dvc`. Source: git `path.c`, `is_ntfs_dotgit`, `utf8.c`, `is_hfs_dotgit`.
 */
export function isReservedName(name: string): boolean {
  const plain = name
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .replace(/:.*$/s, '')
    .replace(/[ .]+$/, '')
    .toLowerCase();
  return plain === '.git' || plain === '.dvc' || /^git~\d+$/.test(plain) || /^dvc~\d+$/.test(plain);
}
