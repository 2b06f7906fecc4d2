/**
 * A network bridge for one private engine: an own name, an own subnet, and the three firewall rules that let its
 * containers reach the outside, so that it takes nothing away from another engine on the machine (which owns
 * `docker0` and its chains). All of it goes with `remove`.
 */
import { randomInt } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { runCommand } from '../../../src/base/runCommand.ts';

export interface PrivateBridge {
  readonly name: string;
  /** `10.213.7.0/24`. */
  readonly subnet: string;
  readonly gateway: string;
}

/** Makes what `freeBridge` found. */
export async function makeBridge(bridge: PrivateBridge): Promise<PrivateBridge> {
  await succeed('ip', ['link', 'add', 'name', bridge.name, 'type', 'bridge']);
  try {
    await succeed('ip', ['addr', 'add', `${bridge.gateway}/24`, 'dev', bridge.name]);
    await succeed('ip', ['link', 'set', bridge.name, 'up']);
    for (const rule of rules(bridge)) await succeed('iptables', ['--wait', ...rule('-I')]);
  } catch (error) {
    await removeBridge(bridge);
    throw error;
  }
  return bridge;
}

/**
 * A name and a subnet that nobody has; nothing is made.
 * @param id At most ten letters and digits, of this run alone.
 * @param block Second number of the subnet.
 */
export function freeBridge(id: string, block: 213 | 214): PrivateBridge {
  const taken = Object.values(networkInterfaces())
    .flat()
    .map(one => one?.address ?? '');
  const start = randomInt(255);
  const free = Array.from({ length: 255 }, (_, index) => (index + start) % 255).find(
    third => !taken.some(address => address.startsWith(`10.${block}.${third}.`)),
  );
  if (free === undefined) throw new Error(`No subnet below 10.${block}.0.0/16 is free.`);
  return { name: `ls${id}`, subnet: `10.${block}.${free}.0/24`, gateway: `10.${block}.${free}.1` };
}

/** Also what is left of a bridge that was half made. */
export async function removeBridge(bridge: PrivateBridge): Promise<void> {
  for (const rule of rules(bridge)) await quietly('iptables', ['--wait', ...rule('-D')]);
  await quietly('ip', ['link', 'delete', bridge.name]);
}

function rules({ name, subnet }: PrivateBridge): ((act: '-I' | '-D') => string[])[] {
  const comment = ['-m', 'comment', '--comment', name];
  return [
    act => ['-t', 'nat', act, 'POSTROUTING', '-s', subnet, '!', '-o', name, ...comment, '-j', 'MASQUERADE'],
    act => [act, 'FORWARD', '-i', name, ...comment, '-j', 'ACCEPT'],
    act => [
      ...[act, 'FORWARD', '-o', name, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED'],
      ...[...comment, '-j', 'ACCEPT'],
    ],
  ];
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const outcome = await runCommand({ program, args, timeoutMs: 30_000 });
  if (outcome.exitCode !== 0)
    throw new Error(`${program} ${args.join(' ')} failed: ${outcome.stderr.trim()}`);
}

async function quietly(program: string, args: readonly string[]): Promise<void> {
  await runCommand({ program, args, timeoutMs: 30_000 }).catch(() => undefined);
}
