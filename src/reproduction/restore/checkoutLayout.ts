/**
 * Where a private checkout and what surrounds it lie. The two folders above the repository exist again around the
 * checkout, so that `../data` means a place of its own and never the user's; and every path of the reproduction can be
 * told by the name it had in the original.
 */
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import { isInside } from './relocatePaths.ts';

export interface CheckoutLayout {
  /** Holds everything; removed as a whole. Absolute. */
  readonly base: string;
  /** The working tree. */
  readonly checkout: string;
  /** Where an absolute path outside the repository is written instead. */
  redirected(path: string): string;
  /** Where a path near the repository (below its grandparent) is found by relative names; undefined further away. */
  nearby(path: string): string | undefined;
  /** The recorded form of a path of the reproduction: relative to the root, or absolute as in the original. */
  original(path: string): string;
}

/** `originalRoot` is the root of the recorded run, `base` a folder of its own. */
export function checkoutLayout(base: string, originalRoot: string): CheckoutLayout {
  const parent = dirname(originalRoot);
  const grandparent = dirname(parent);
  const parentMirror = join(base, basename(parent) || 'parent');
  const checkout = join(parentMirror, basename(originalRoot) || 'root');
  const outside = join(base, '.outside');
  return {
    base,
    checkout,
    redirected: path =>
      join(
        outside,
        path.replace(/^[A-Za-z]:/, drive => drive.charAt(0)),
      ),
    nearby: path => {
      if (isInside(path, originalRoot)) return undefined;
      if (parent !== grandparent && isInside(path, parent)) return join(parentMirror, relative(parent, path));
      if (dirname(grandparent) !== grandparent && isInside(path, grandparent))
        return join(base, relative(grandparent, path));
      return undefined;
    },
    original: path => {
      const absolute = isAbsolute(path) ? path : join(checkout, path);
      if (isInside(absolute, checkout)) return relative(checkout, absolute).split(sep).join('/');
      if (isInside(absolute, outside)) return sep + relative(outside, absolute);
      if (isInside(absolute, parentMirror)) return join(parent, relative(parentMirror, absolute));
      if (isInside(absolute, base)) return join(grandparent, relative(base, absolute));
      return absolute;
    },
  };
}
