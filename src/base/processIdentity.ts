/**
 * Tells processes apart for good: a number alone is reused by the system, so a process is known by its number and
 * start time, and both mean something only on the same boot and in the same pid namespace.
 */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { runCommand } from './runCommand.ts';

/** Where process numbers mean the same. */
export interface HostIdentity {
  readonly host: string;
  readonly bootId?: string | undefined;
  readonly pidNamespace?: string | undefined;
}

export interface ProcessIdentity {
  readonly pid: number;
  /** In the system's own unit (Linux: clock ticks since boot), as text; absent where it cannot be read. */
  readonly startTime?: string | undefined;
}

export type ProcessLife = 'lives' | 'gone' | 'cannot-tell';

/** The host this code runs on. Reads two small files on Linux, starts `sysctl` once on macOS. */
export async function hostIdentity(): Promise<HostIdentity> {
  const [bootId, pidNamespace] = await Promise.all([readBootId(), readPidNamespace()]);
  return {
    host: hostname(),
    ...(bootId === undefined ? {} : { bootId }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/** The identity of a process of this host that lives now; undefined when there is none (a zombie is none). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const start = await readStart(pid);
  if (start === 'gone') return undefined;
  return start === 'unreadable' ? { pid } : { pid, startTime: start };
}

/**
 * Whether the recorded process still lives. `cannot-tell` when it was recorded on another host, boot or pid namespace,
 * whose processes cannot be seen from here. Without `here`, the present host is read.
 */
export async function processLives(
  recordedOn: HostIdentity,
  recorded: ProcessIdentity,
  here?: HostIdentity,
): Promise<ProcessLife> {
  if (!sameHost(recordedOn, here ?? (await hostIdentity()))) return 'cannot-tell';
  const start = await readStart(recorded.pid);
  if (start === 'gone') return 'gone';
  if (start === 'unreadable' || recorded.startTime === undefined) return 'lives';
  return start === recorded.startTime ? 'lives' : 'gone';
}

/** A boot id names one boot of one machine; the host's name, which people change, counts only where there is none. */
export function sameHost(a: HostIdentity, b: HostIdentity): boolean {
  const sameMachine =
    a.bootId !== undefined && b.bootId !== undefined
      ? a.bootId === b.bootId
      : a.bootId === b.bootId && a.host === b.host;
  return sameMachine && a.pidNamespace === b.pidNamespace;
}

async function readBootId(): Promise<string | undefined> {
  if (process.platform === 'linux') return readText('/proc/sys/kernel/random/boot_id');
  if (process.platform === 'darwin') return firstLine('sysctl', ['-n', 'kern.bootsessionuuid']);
  return undefined;
}

async function readPidNamespace(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  return readlink('/proc/self/ns/pid').catch(() => undefined);
}

async function readStart(pid: number): Promise<string> {
  if (process.platform === 'linux') {
    const stat = await readText(`/proc/${pid}/stat`);
    if (stat !== undefined) return parseStat(stat)?.startTime ?? 'gone';
    // Without a mounted /proc nothing but the signal test is left.
    return (await readText('/proc/self/stat')) === undefined ? probe(pid) : 'gone';
  }
  if (probe(pid) === 'gone') return 'gone';
  const line =
    process.platform === 'win32'
      ? await firstLine('powershell.exe', [
          '-NoProfile',
          '-Command',
          `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().Ticks`,
        ])
      : await firstLine('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
  if (line === undefined) return 'unreadable';
  if (process.platform === 'win32') return line;
  const [state = '', ...start] = line.split(/\s+/);
  return state.startsWith('Z') ? 'gone' : start.join(' ');
}

/** The fields of `/proc/<pid>/stat` in use here; undefined for a zombie. The name in brackets may hold anything. */
export function parseStat(stat: string): ProcessStat | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return {
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    cpuTicks: Number(fields[11]) + Number(fields[12]),
    startTime,
    residentPages: Number(fields[21]),
  };
}

export interface ProcessStat {
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** User and system time, in clock ticks. */
  readonly cpuTicks: number;
  readonly startTime: string;
  readonly residentPages: number;
}

function probe(pid: number): 'gone' | 'unreadable' {
  try {
    process.kill(pid, 0);
    return 'unreadable';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH' ? 'gone' : 'unreadable';
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    text => text.trim(),
    () => undefined,
  );
}

async function firstLine(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await runCommand({ program, args, timeoutMs: 10_000 });
    const line = stdout.toString('utf8').trim().split('\n')[0]?.trim();
    return exitCode === 0 && line !== undefined && line !== '' ? line : undefined;
  } catch {
    return undefined;
  }
}
