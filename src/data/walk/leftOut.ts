/** Names that are never data: the built-in rules of DVC's ignoring (`dvc/ignore.py`), and files that we are making. */
import { isOwnTemporary } from './ownTemporary.ts';

/** Whatever it is. */
export function isLeftOut(name: string): boolean {
  return name === '.git' || isOwnTemporary(name);
}

export function isLeftOutFolder(name: string): boolean {
  return name === '.hg' || name === '.dvc';
}
