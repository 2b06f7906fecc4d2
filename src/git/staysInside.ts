/** Whether a path of a record may be written in a checkout. Records travel: theirs is not our word. */
import { lstatSync } from 'node:fs';
import { absolutePath, type BytePath } from './bytePath.ts';

/** False for absolute paths, `..`, git's own folder, and what lies behind a link that the checkout holds. */
export function staysInside(root: string, path: BytePath): boolean {
  const parts = path.split(process.platform === 'win32' ? /[/\\]/ : '/');
  if (
    parts.some(
      part => part === '' || part === '.' || part === '..' || (/^\.git$|:/i.test(part) && isUnsafe(part)),
    )
  )
    return false;
  for (let depth = 1; depth < parts.length; depth++) {
    if (isLink(absolutePath(root, parts.slice(0, depth).join('/')))) return false;
  }
  return true;
}

/** A colon names a drive or a stream on Windows only. */
function isUnsafe(part: string): boolean {
  return /^\.git$/i.test(part) || process.platform === 'win32';
}

/** The path itself, wherever it leads. */
export function isLink(path: Buffer | string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
