/** Who listens at ports of this machine, as the kernel of Linux tells it of one's own processes. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runOfProcess } from '../../environments/gpu/runOfProcess.ts';

export interface PortListener {
  readonly port: number;
  /** Undefined for other people's processes. */
  readonly pid?: number;
  /** `python3`. */
  readonly program?: string;
  /** The run that it belongs to. */
  readonly run?: string;
}

/** Of these ports, or of all. Empty where the system does not tell. Never rejects. */
export async function portListeners(ports?: ReadonlySet<number>): Promise<PortListener[]> {
  const sockets = new Map<string, number>();
  for (const name of ['tcp', 'tcp6'])
    for (const [inode, port] of listeningSockets(
      await readFile(`/proc/net/${name}`, 'latin1').catch(() => ''),
    ))
      if (ports === undefined || ports.has(port)) sockets.set(inode, port);
  if (sockets.size === 0) return [];
  const owners = await ownersOf(sockets);
  return Promise.all(
    [...new Set(sockets.values())].map(async port => {
      const pid = owners.get(port);
      if (pid === undefined) return { port };
      const program = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
      const run = await runOfProcess(pid);
      return { port, pid, program, ...(run === undefined ? {} : { run }) };
    }),
  );
}

/** Inode and port of each line of `/proc/net/tcp` whose state is 0A, listening: see proc(5). */
export function listeningSockets(table: string): [inode: string, port: number][] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line): [string, number][] => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const port = Number.parseInt(local.split(':')[1] ?? '', 16);
      return state === '0A' && inode !== undefined && port > 0 ? [[inode, port]] : [];
    });
}

/** Port → the first process that holds its socket. */
async function ownersOf(sockets: ReadonlyMap<string, number>): Promise<Map<number, number>> {
  const owners = new Map<number, number>();
  for (const name of await readdir('/proc').catch(() => [])) {
    if (!/^\d+$/.test(name)) continue;
    const folder = join('/proc', name, 'fd');
    for (const descriptor of await readdir(folder).catch(() => [])) {
      const target = await readlink(join(folder, descriptor)).catch(() => '');
      const port = sockets.get(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '');
      if (port !== undefined && !owners.has(port)) owners.set(port, Number(name));
    }
  }
  return owners;
}
