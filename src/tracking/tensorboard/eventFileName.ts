/**
 * `events.out.tfevents.<seconds>.<host>[.<pid>.<counter>][.<suffix>]`: what the name of an event file says.
 * tensorboardX writes no pid; TensorFlow 2 adds `.v2`. A host may hold dots.
 */
export interface EventFileName {
  /** Since the epoch, when the writer was made. */
  readonly seconds?: number;
  readonly host?: string;
  readonly pid?: number;
}

/** Undefined for a file that TensorBoard would not read either. @param name Without its folder. */
export function eventFileName(name: string): EventFileName | undefined {
  if (!name.includes('tfevents') || name.endsWith('.profile-empty')) return undefined;
  const found = /tfevents\.(\d{10})\.(.+)$/.exec(name);
  if (found === null) return {};
  const [, seconds, rest = ''] = found;
  const parts = /^(.+?)\.(\d+)\.(\d+)(?:\..*)?$/.exec(rest);
  const start = { seconds: Number(seconds) };
  if (parts === null) return { ...start, host: rest };
  return { ...start, host: parts[1] ?? rest, pid: Number(parts[2]) };
}

/**
 * Orders paths of event files by the start of their writers, then by path: the order in which TensorBoard reads the
 * files of a folder, and in which folders appear.
 */
export function byStart(a: string, b: string): number {
  const [first, second] = [startOf(a), startOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  const depth = depthOf(a) - depthOf(b);
  return depth === 0 ? (a < b ? -1 : Number(a > b)) : depth;
}

function startOf(path: string): number {
  return eventFileName(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1))?.seconds ?? 0;
}

function depthOf(path: string): number {
  return path.split(/[/\\]/).length;
}
