/**
 * Which of the programs that a run started read or write what nobody could observe. Those that only tell of the machine
 * or the repository, and compilers, are as harmless as the system calls that they stand for; Python programs are observed.
 */
import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { findProgram } from '../../base/findProgram.ts';
import type { ProgramPlace } from '../../base/findProgram.ts';
import { isPythonName, programName } from './commandWords.ts';
import type { SeenChild } from './readSeen.ts';

/** They tell of the machine, or do nothing that stays. */
const harmless = new Set([
  ...['uname', 'arch', 'hostname', 'hostnamectl', 'whoami', 'id', 'groups', 'nproc', 'getconf', 'locale'],
  ...[
    'lscpu',
    'lspci',
    'lsmem',
    'lsb_release',
    'dmidecode',
    'cpufreq-info',
    'sestatus',
    'free',
    'df',
    'uptime',
  ],
  ...[
    'sysctl',
    'sw_vers',
    'system_profiler',
    'isainfo',
    'ps',
    'pgrep',
    'date',
    'tty',
    'stty',
    'tput',
    'clear',
  ],
  ...['ip', 'ifconfig', 'arp', 'netstat', 'ss', 'route', 'ping', 'lanscan', 'ibv_devinfo', 'ibstat', 'rdma'],
  ...[
    'nvidia-smi',
    'rocm-smi',
    'amd-smi',
    'rocminfo',
    'rocm_agent_enumerator',
    'xpu-smi',
    'hl-smi',
    'npu-smi',
  ],
  ...['ldconfig', 'which', 'echo', 'printf', 'true', 'false', 'test', 'sleep', 'kill'],
  // What torch, triton and others compile for themselves, and what ctypes.util asks.
  ...[
    'gcc',
    'g++',
    'cc',
    'c++',
    'clang',
    'clang++',
    'ld',
    'ld.lld',
    'as',
    'ar',
    'ninja',
    'objdump',
    'readelf',
  ],
  ...['nvcc', 'ptxas', 'cuobjdump', 'nvdisasm', 'fatbinary', 'cicc', 'hipcc', 'hipconfig'],
  // Services of libraries, which get what they write from the program.
  ...['wandb-core', 'gpu_stats', 'nvidia_gpu_stats', 'apple_gpu_stats', 'raylet', 'gcs_server'],
]);

/** They change nothing, and tell of what is recorded. */
const harmlessOfGit = new Set([
  ...[
    'rev-parse',
    'status',
    'diff',
    'log',
    'describe',
    'show-ref',
    'show',
    'ls-files',
    'ls-remote',
    'ls-tree',
  ],
  ...[
    'branch',
    'config',
    'remote',
    'version',
    'symbolic-ref',
    'rev-list',
    'name-rev',
    'merge-base',
    'cat-file',
  ],
  ...['diff-index', 'diff-tree', 'diff-files', 'for-each-ref', 'var', 'check-ignore', 'blame', 'shortlog'],
]);

export interface ChildrenPlace extends ProgramPlace {
  /** The programs are those of this machine. */
  readonly isHere: boolean;
}

/** Their names, each once, sorted. Never rejects. */
export async function unobservedPrograms(
  children: readonly SeenChild[],
  place: ChildrenPlace,
): Promise<string[]> {
  const names = new Set<string>();
  for (const child of children) if (!(await isKnown(child, place))) names.add(nameOf(child));
  return [...names].sort();
}

async function isKnown(child: SeenChild, place: ChildrenPlace): Promise<boolean> {
  const name = nameOf(child);
  if (name === 'git') return harmlessOfGit.has(child.command ?? '');
  if (harmless.has(name.replace(/-\d+(\.\d+)*$/, ''))) return true;
  if (isPythonName(name)) return child.unhooked !== true;
  if (!place.isHere || child.program === '') return false;
  const path = await findProgram(child.program, place).catch(() => undefined);
  // What is not there was not started; `./tool` may have been meant from another folder.
  if (path === undefined) return isAbsolute(child.program) || !child.program.includes('/');
  return child.unhooked !== true && (await isPythonScript(path));
}

function nameOf({ program }: SeenChild): string {
  return program === '' ? 'another program' : programName(program);
}

/** `pip`, `torchrun`, a script of the project: by its first lines. */
async function isPythonScript(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0);
      const [first = '', second = ''] = buffer.toString('latin1', 0, bytesRead).split('\n');
      if (!first.startsWith('#!')) return false;
      // Of a path that is too long for a first line, or has a blank.
      const words = (second.startsWith("'''exec' ") ? second.slice(9) : first.slice(2)).trim().split(/\s+/);
      return words.some(word => isPythonName(word.replace(/^["']|["']$/g, '')));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
