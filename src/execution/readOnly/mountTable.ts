/** The mounts that this process sees, as /proc/self/mountinfo lists them (proc_pid_mountinfo(5)). */
import { join, relative } from 'node:path';
import { isBelow } from '../capture/ignoredPaths.ts';

export interface Mount {
  /** Absolute, as the kernel names it. */
  readonly point: string;
  /** Flags of this mount alone, as mount(8) takes them: `nosuid`, `relatime`. Without `rw` and `ro`. */
  readonly flags: readonly string[];
  /** Of the file system, `8:1`. */
  readonly device: string;
  /** What of it is mounted there. */
  readonly root: string;
}

/** Later ones lie over earlier ones. What is no line of a table is passed over. */
export function readMountTable(text: string): Mount[] {
  return text.split('\n').flatMap(line => {
    const [, , device = '', root = '', point, options] = line.split(' ');
    if (point?.startsWith('/') !== true || options === undefined) return [];
    const flags = options.split(',').filter(flag => keptFlags.has(flag));
    // The kernel names neither where access times are always written.
    if (!flags.includes('relatime') && !flags.includes('noatime')) flags.push('strictatime');
    return [{ point: unescaped(point), flags, device, root: unescaped(root) }];
  });
}

/** The mount that `folder` lies on, and those below it; each place once, outermost first. */
export function mountsOf(folder: string, table: readonly Mount[]): { on: Mount | undefined; below: Mount[] } {
  const on = table
    .filter(({ point }) => isBelow(folder, point))
    .reduce<Mount | undefined>(
      (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
      undefined,
    );
  const below = new Map<string, Mount>();
  for (const mount of table)
    if (mount.point !== folder && isBelow(mount.point, folder)) below.set(mount.point, mount);
  return { on, below: [...below.values()].sort((a, b) => a.point.length - b.point.length) };
}

/**
 * Where else a folder, or a part of it, may be found: mounted a second time. Places that other mounts cover are among
 * them. @param folder Absolute, without links.
 */
export function otherPlacesOf(
  folder: string,
  table: readonly Mount[],
): { readonly place: string; readonly of: string }[] {
  const { on } = mountsOf(folder, table);
  if (on === undefined) return [];
  const inside = join(on.root, relative(on.point, folder));
  return table
    .filter(mount => mount.device === on.device && mount !== on)
    .flatMap(({ root, point }) => {
      if (isBelow(inside, root)) return [{ place: join(point, relative(root, inside)), of: folder }];
      return isBelow(root, inside) ? [{ place: point, of: join(folder, relative(inside, root)) }] : [];
    })
    .filter(({ place }) => !isBelow(place, folder));
}

/** A mount whose flags a user namespace has locked can only be mounted again with all of them. */
const keptFlags = new Set(['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime', 'nosymfollow']);

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
