/**
 * Gives a distributed launcher a port of its own where the recorded one is taken, by whatever program or by another
 * reproduction that has only just begun. Which port it is decides no number. A program's own port stays as it is, and is
 * refused where another run has it.
 */
import { createServer } from 'node:net';
import { claimPort, forgetClaims, type Claimant } from './portClaims.ts';
import { programPorts, requirePorts } from './programPorts.ts';

export interface PortRequest {
  readonly argv: readonly string[];
  /** The environment of the command. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Where reproductions say which ports are theirs. Absolute. */
  readonly claims: string;
  /** For whoever asks who has a port. */
  readonly claimant?: Claimant | undefined;
}

export interface FreedPorts {
  /** To set over the environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Recorded port → the one in its place. */
  readonly moved: ReadonlyMap<number, number>;
}

/** Rejects with `port-in-use` of a program's own, or when no port at all is to be had. */
export async function freePorts(request: PortRequest): Promise<FreedPorts> {
  const { argv, variables, claims, claimant } = request;
  const fixed = programPorts(request);
  if (fixed.length > 0) {
    await forgetClaims(claims);
    await requirePorts(fixed, claims);
    for (const one of fixed)
      // Of two that begin at once one is the first.
      if (one.named && !(await claimPort(one.port, claims, claimant))) await requirePorts([one], claims);
  }
  const places = portsIn(argv);
  const named = ['MASTER_PORT', 'PET_MASTER_PORT'].flatMap(name => {
    const port = portOf(variables[name]);
    return port === undefined ? [] : [{ name, port }];
  });
  const implied = places.length === 0 && named.length === 0 && startsTorchrun(argv) ? [usualPort] : [];
  const asked = new Set([...places.map(({ port }) => port), ...named.map(({ port }) => port), ...implied]);
  if (asked.size === 0) return { variables: {}, moved: new Map() };
  const moved = new Map<number, number>();
  for (const port of asked) {
    const own = await ownPort(port, claims);
    if (own !== port) moved.set(port, own);
  }
  const set: Record<string, string> = {};
  for (const { name, port } of named) if (moved.has(port)) set[name] = String(moved.get(port));
  // How torchrun is told a default for --master-port.
  for (const port of implied) if (moved.has(port)) set['PET_MASTER_PORT'] = String(moved.get(port));
  return { variables: set, moved };
}

/** The command with the ports that it has been given. */
export function withPorts(argv: readonly string[], moved: FreedPorts['moved']): string[] {
  const words = [...argv];
  for (const { index, port } of portsIn(argv)) {
    const now = moved.get(port);
    if (now !== undefined) words[index] = (words[index] ?? '').replace(/\d+$/, String(now));
  }
  return words;
}

const usualPort = 29500;
const option = /^--?(?:master[-_]port|main[-_]process[-_]port|rdzv[-_]endpoint)(?:=(.*))?$/;

/** Words that end in a port: of the option itself, or the one behind it. */
function portsIn(argv: readonly string[]): { index: number; port: number }[] {
  const found: { index: number; port: number }[] = [];
  argv.forEach((word, at) => {
    const match = option.exec(word);
    if (match === null) return;
    const index = match[1] === undefined ? at + 1 : at;
    const text = match[1] ?? argv[index];
    const rendezvous = /endpoint/.test(word);
    // Another machine's port is not ours to choose; 0 already means a free one.
    const [, host, digits] = /^(?:(.*):)?(\d+)$/.exec(text ?? '') ?? [];
    if (rendezvous && (host === undefined || !isHere(host))) return;
    const port = portOf(digits);
    if (port !== undefined) found.push({ index, port });
  });
  return found;
}

function isHere(host: string): boolean {
  return ['localhost', '127.0.0.1', '0.0.0.0', '::1', '[::1]', ''].includes(host);
}

function startsTorchrun(argv: readonly string[]): boolean {
  return (
    argv.some(word => /(?:^|\/)torchrun$/.test(word) || word === 'torch.distributed.run') &&
    !argv.includes('--standalone') &&
    // Another node's launcher must meet this one where it was told to.
    !argv.some(word => /^--nnodes(?:=(?!1$)|$)/.test(word))
  );
}

function portOf(text: string | undefined): number | undefined {
  const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}

/** `port`, if it is nobody's; else one that is. It is this process's until it ends. */
async function ownPort(port: number, claims: string): Promise<number> {
  await forgetClaims(claims);
  if ((await claimPort(port, claims)) && (await listens(port)) === port) return port;
  for (;;) {
    const free = await listens(0);
    if (free === undefined) throw new Error('no port of this machine is free');
    if (await claimPort(free, claims)) return free;
  }
}

/** The port that could be listened at; undefined where it is taken. 0 asks for any. */
async function listens(port: number): Promise<number | undefined> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}
