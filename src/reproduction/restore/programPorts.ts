/**
 * Ports that a program listens at by its command or its variables: unlike a launcher's they are not ours to choose, so
 * two reproductions with the same one cannot go on at once. Invariant: a port that some other program listens at is no
 * reason to refuse, because the run may be its client.
 */
import type { RunEnd } from '../verdict/gradeReproduction.ts';
import { portInUse } from './errors.ts';
import { claimantOf } from './portClaims.ts';
import { portListeners, type PortListener } from './portListeners.ts';

export interface ProgramPorts {
  readonly argv: readonly string[];
  /** The environment of the command. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

const names =
  '(?:(?:server|listen(?:ing)?|bind|http|api|rpc|grpc|web|ui|dashboard|tensorboard|metrics)[-_])?port';
const option = new RegExp(`^--?${names}(?:=(.*))?$`, 'i');
const variable = new RegExp(`^${names}$`, 'i');

export interface ProgramPort {
  readonly port: number;
  /** By the command: a variable may be there for anybody. */
  readonly named: boolean;
}

export function programPorts({ argv, variables }: ProgramPorts): ProgramPort[] {
  const words = argv.flatMap((word, at) => {
    const match = option.exec(word);
    return match === null ? [] : [match[1] ?? argv[at + 1]];
  });
  const values = Object.entries(variables).flatMap(([name, value]) => (variable.test(name) ? [value] : []));
  const found = new Map<number, boolean>();
  for (const [texts, named] of [
    [words, true],
    [values, false],
  ] as const)
    for (const text of texts) {
      const port = /^\d{1,5}$/.test(text ?? '') ? Number(text) : 0;
      if (port > 0 && port < 65_536 && !found.has(port)) found.set(port, named);
    }
  return [...found].map(([port, named]) => ({ port, named }));
}

/** Rejects with `port-in-use` where another run that goes on has one of them, or has said that it will. */
export async function requirePorts(ports: readonly ProgramPort[], claims: string): Promise<void> {
  if (ports.length === 0) return;
  const listeners = await portListeners(new Set(ports.map(({ port }) => port)));
  for (const { port, named } of ports) {
    const listener = listeners.find(one => one.port === port);
    const run = listener !== undefined ? listener.run : named ? await claimantOf(port, claims) : undefined;
    if (run !== undefined) throw portInUse(port, run);
  }
}

/** Of a command that failed because it could not listen: one sentence on who has the port. Undefined for other failures. */
export async function portSentence(
  { failure = '' }: Pick<RunEnd, 'failure'>,
  program: ProgramPorts,
): Promise<string | undefined> {
  if (!inUse.test(failure)) return undefined;
  const named = new Set([
    ...[...failure.matchAll(/(?:port\D{1,3}|:)(\d{2,5})\b/gi)].map(([, digits]) => Number(digits)),
    ...programPorts(program).map(({ port }) => port),
  ]);
  const listeners = await portListeners(named.size === 0 ? undefined : named);
  // Where no port is named, only that of another run says anything.
  const found = listeners.find(one => named.size > 0 || one.run !== undefined);
  const [port] = named;
  if (found !== undefined)
    return `Port ${found.port} is in use by ${ownerText(found)}; start one after the other.`;
  return port === undefined
    ? 'A port that it listens at was in use by another program; start one after the other.'
    : `Port ${port} was in use by another program; start one after the other.`;
}

const inUse = /EADDRINUSE|address (?:is )?already in use|Only one usage of each socket address/i;

function ownerText({ run, program, pid }: PortListener): string {
  if (run !== undefined) return `run ${run.slice(-6)}`;
  return pid === undefined ? 'another program' : `${program ?? 'a program'} (process ${pid})`;
}
