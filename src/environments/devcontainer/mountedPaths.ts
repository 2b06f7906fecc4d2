/** Where files of this machine are inside a container, and the other way round, by its real mounts. */
import { isAbsolute, posix, relative, sep } from 'node:path';
import type { InspectedContainer } from './containers.ts';

export interface BindMount {
  /** On the engine's host, absolute. */
  readonly source: string;
  /** Inside, absolute, forward slashes. */
  readonly target: string;
  readonly writable: boolean;
}

/** The longest sources first, so that the first that fits is the right one. */
export function bindMounts(container: InspectedContainer): BindMount[] {
  return (container.Mounts ?? [])
    .filter(mount => mount.Type === 'bind' && mount.Source !== '')
    .map(mount => ({
      source: withoutDesktopPrefix(mount.Source),
      target: posix.normalize(mount.Destination),
      writable: mount.RW,
    }))
    .sort((a, b) => b.source.length - a.source.length);
}

/** Docker Desktop names folders of its host by the way they have into its machine. */
function withoutDesktopPrefix(source: string): string {
  return source.replace(/^\/host_mnt(?=\/)|^\/run\/desktop\/mnt\/host(?=\/)/, '');
}

/** The path inside of an absolute path of this machine; undefined where no mount shows it. */
export function pathInside(mounts: readonly BindMount[], path: string): string | undefined {
  for (const { source, target } of mounts) {
    const rest = relative(source, path);
    if (rest === '..' || rest.startsWith(`..${sep}`) || isAbsolute(rest)) continue;
    // A mount further in may hide what lies there.
    const inside = posix.join(target, rest.split(sep).join('/'));
    const hiding = mounts.find(
      other => other.target.length > target.length && isWithin(other.target, inside),
    );
    if (hiding === undefined) return inside;
  }
  return undefined;
}

/** The path on this machine of an absolute path inside; undefined where it lies in the container alone. */
export function pathOutside(mounts: readonly BindMount[], inside: string): string | undefined {
  const path = posix.normalize(inside);
  const [mount] = mounts
    .filter(({ target }) => isWithin(target, path))
    .sort((a, b) => b.target.length - a.target.length);
  if (mount === undefined) return undefined;
  const rest = posix.relative(mount.target, path);
  return rest === '' ? mount.source : `${mount.source}${sep}${rest.split('/').join(sep)}`;
}

function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}
