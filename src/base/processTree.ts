/**
 * Everything a command started, found again and signalled as a whole: children, members of its session and process
 * group, and those that detached (setsid, double fork) but still carry the marker in their environment.
 * Invariant: a process is signalled only after its start time was compared, so a reused number is never hit.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { runCommand } from './runCommand.ts';
import { parseStat } from './processIdentity.ts';
import type { ProcessIdentity, ProcessStat } from './processIdentity.ts';

export interface TreeRoot {
  /** The first process of the tree; it may have ended already. */
  readonly root: ProcessIdentity;
  /** POSIX session and process group that the root leads. */
  readonly session?: number | undefined;
  /** `NAME=value` as it stands in the environment of every process of the tree. */
  readonly marker?: string | undefined;
  /** `NAME=`: a process whose environment has it, and what it started, belongs to somebody else. */
  readonly foreign?: string | undefined;
  /** Processes seen in the tree earlier, so that one that hid since is found again. */
  readonly remembered?: readonly ProcessIdentity[];
}

export interface TreeProcess extends ProcessIdentity {
  readonly stat?: ProcessStat;
}

/** The living processes of the tree, the root first where it lives. Linux by /proc, macOS by `ps`; elsewhere the root alone. */
export async function findProcessTree(tree: TreeRoot): Promise<TreeProcess[]> {
  const table = process.platform === 'linux' ? readProcTable() : await readPsTable();
  if (table.size === 0) return [];
  const rootStart = startOf(tree.root);
  const members = new Map<number, TreeProcess>();
  const foreign = new Set<number>();
  const add = (pid: number, stat: ProcessStat): void => {
    if (pid === process.pid || members.has(pid) || foreign.has(pid)) return;
    if (tree.foreign !== undefined && pid !== tree.root.pid && hasVariable(pid, tree.foreign))
      foreign.add(pid);
    else members.set(pid, { pid, startTime: stat.startTime, stat });
  };

  const root = table.get(tree.root.pid);
  const rootLives =
    root !== undefined && (tree.root.startTime === undefined || root.startTime === tree.root.startTime);
  if (rootLives) add(tree.root.pid, root);
  for (const known of tree.remembered ?? []) {
    const stat = table.get(known.pid);
    if (stat !== undefined && stat.startTime === known.startTime) add(known.pid, stat);
  }
  for (const [pid, stat] of table) {
    // A descendant is never older than the root: spares reading the environment of the whole machine.
    if (rootStart !== undefined && Number(stat.startTime) < rootStart) continue;
    const led = tree.session !== undefined && (stat.session === tree.session || stat.group === tree.session);
    // A session number can be reused only after all its members are gone, and then by a younger leader with that pid.
    if (led && (rootLives || !table.has(tree.session))) add(pid, stat);
    else if (tree.marker !== undefined && hasVariable(pid, tree.marker)) add(pid, stat);
  }
  addDescendants(table, members, add);
  return [...members.values()];
}

/**
 * Sends `signal` to every living process of the tree and resolves with how many were there. Looks again until no
 * new member turns up, so that a tree that forks meanwhile is not outrun.
 */
export async function signalProcessTree(tree: TreeRoot, signal: NodeJS.Signals): Promise<number> {
  if (process.platform === 'win32') return endWindowsTree(tree.root);
  const signalled = new Set<string>();
  for (let round = 0; round < 5; round++) {
    const fresh = (await findProcessTree(tree)).filter(member => !signalled.has(keyOf(member)));
    if (fresh.length === 0) break;
    for (const member of fresh) {
      signalled.add(keyOf(member));
      trySignal(member.pid, signal);
    }
  }
  return signalled.size;
}

function addDescendants(
  table: ReadonlyMap<number, ProcessStat>,
  members: ReadonlyMap<number, TreeProcess>,
  add: (pid: number, stat: ProcessStat) => void,
): void {
  const children = new Map<number, number[]>();
  for (const [pid, stat] of table) {
    const siblings = children.get(stat.parent);
    if (siblings === undefined) children.set(stat.parent, [pid]);
    else siblings.push(pid);
  }
  // A Map's iteration also visits what is added while it runs.
  for (const pid of members.keys())
    for (const child of children.get(pid) ?? []) {
      const stat = table.get(child);
      if (stat !== undefined) add(child, stat);
    }
}

/** Processes of the tree by children alone: cheap where the kernel lists them, the whole table elsewhere. */
export function readProcTable(): Map<number, ProcessStat> {
  const table = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const stat = readProcStat(pid);
    if (stat !== undefined) table.set(pid, stat);
  }
  return table;
}

/** Undefined when the process is gone or a zombie. */
export function readProcStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1').trim());
  } catch {
    return undefined;
  }
}

async function readPsTable(): Promise<Map<number, ProcessStat>> {
  const table = new Map<number, ProcessStat>();
  if (process.platform === 'win32') return table;
  const { stdout } = await runCommand({
    program: 'ps',
    args: ['-axo', 'pid=,ppid=,pgid=,rss=,time=,stat=,lstart='],
    timeoutMs: 10_000,
  });
  for (const line of stdout.toString('utf8').split('\n')) {
    const [pid, parent, group, rss, time, state, ...start] = line.trim().split(/\s+/);
    if (pid === undefined || group === undefined || state?.startsWith('Z') !== false) continue;
    table.set(Number(pid), {
      parent: Number(parent),
      group: Number(group),
      session: Number(group),
      cpuTicks: Math.round(clockSeconds(time ?? '0') * 100),
      startTime: start.join(' '),
      residentPages: Number(rss) / 4,
    });
  }
  return table;
}

/** `[[dd-]hh:]mm:ss[.cc]` as ps prints it. */
function clockSeconds(text: string): number {
  const [clock = '', days = '0'] = text.split('-').reverse();
  return Number(days) * 86_400 + clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}

function hasVariable(pid: number, entry: string): boolean {
  try {
    const environment = '\0' + readFileSync(`/proc/${pid}/environ`, 'latin1');
    // `NAME=` asks for the name, `NAME=value` for the whole entry.
    return environment.includes(entry.endsWith('=') ? `\0${entry}` : `\0${entry}\0`);
  } catch {
    return false;
  }
}

function startOf(root: ProcessIdentity): number | undefined {
  return process.platform === 'linux' && root.startTime !== undefined ? Number(root.startTime) : undefined;
}

function keyOf(process: ProcessIdentity): string {
  return `${process.pid} ${process.startTime ?? ''}`;
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between, or belongs to another user (sudo): nothing more can be done from here.
  }
}

async function endWindowsTree(root: ProcessIdentity): Promise<number> {
  const { exitCode } = await runCommand({
    program: 'taskkill',
    args: ['/PID', String(root.pid), '/T', '/F'],
    timeoutMs: 30_000,
  });
  return exitCode === 0 ? 1 : 0;
}
