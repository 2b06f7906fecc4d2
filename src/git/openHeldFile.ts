/** Opens a file of a checkout for the bytes that a record holds. Records travel: one never writes through a link of its own tree. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { absolutePath, bytePathText, type BytePath } from './bytePath.ts';
import { pathLeavesCheckout } from './errors.ts';
import { isLink, staysInside } from './staysInside.ts';

// Windows has no O_NOFOLLOW.
const flags =
  constants.O_WRONLY |
  constants.O_CREAT |
  constants.O_TRUNC |
  ((constants as Partial<typeof constants>).O_NOFOLLOW ?? 0);

/** Empty, with the mode that it had; made when missing. Rejects with `path-leaves-checkout`. */
export async function openHeldFile(root: string, path: BytePath): Promise<FileHandle> {
  const place = absolutePath(root, path);
  if (!staysInside(root, path) || isLink(place)) throw pathLeavesCheckout(bytePathText(path));
  return open(place, flags, 0o666);
}
