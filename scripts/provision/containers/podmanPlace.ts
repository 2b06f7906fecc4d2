/**
 * Podman with a store, a network and settings of its own: a script in place of the program carries them, so whoever
 * is given its path needs nothing else. The person's own images and containers stay out of sight.
 */
import { existsSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { onPath } from './enginePackages.ts';
import { endAllIn, unmountAllBelow } from './dockerDaemon.ts';
import type { PrivateBridge } from './privateBridge.ts';

export interface PodmanPlace {
  /** Short: sockets lie in it. */
  readonly folder: string;
  /** Where images and containers are kept. */
  readonly data: string;
  /** Made by Podman itself with the first container, as root; without root it needs none. */
  readonly bridge: PrivateBridge | undefined;
}

/** Resolves with the path of the script; nothing runs yet. */
export async function preparePodman(place: PodmanPlace): Promise<string> {
  const { folder, data, bridge } = place;
  const networks = join(folder, 'networks');
  await mkdir(networks, { recursive: true });
  await mkdir(data, { recursive: true });
  const settings = join(folder, 'containers.conf');
  await writeFile(
    settings,
    [
      '[containers]',
      `default_ulimits=["nofile=${limitOf('Max open files', 20_000)}","nproc=${limitOf('Max processes', 4096)}"]`,
      ...(bridge === undefined ? [] : ['[network]', `network_config_dir="${networks}"`]),
      // Without systemd around, there is nobody to ask for a control group or a journal.
      '[engine]',
      ...(unifiedGroups() ? [] : ['cgroup_manager="cgroupfs"', 'runtime="runc"']),
      'events_logger="file"',
      '',
    ].join('\n'),
  );
  const program = join(folder, 'podman');
  const words = ['--root', data, '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')];
  await writeFile(
    program,
    `#!/bin/sh\nexport CONTAINERS_CONF='${settings}'\nexec '${onPath('podman') ?? 'podman'}' ${words.map(word => `'${word}'`).join(' ')} "$@"\n`,
  );
  await chmod(program, 0o755);
  if (bridge !== undefined) await writeNetwork(program, networks, bridge);
  return program;
}

/** Ends all that was started through the script and deletes its files. */
export async function removePodman({ folder, data }: PodmanPlace): Promise<void> {
  const program = join(folder, 'podman');
  if (existsSync(program))
    await runCommand({ program, args: ['rm', '--all', '--force', '--time', '0'], timeoutMs: 60_000 }).catch(
      () => undefined,
    );
  await endAllIn(folder);
  await unmountAllBelow([folder, data]);
  for (const path of [folder, data])
    await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

/** The default network in the words of the back end that this Podman was built with. */
async function writeNetwork(program: string, networks: string, bridge: PrivateBridge): Promise<void> {
  const asked = await runCommand({ program, args: ['info', '--format', '{{.Host.NetworkBackend}}'] });
  if (asked.exitCode !== 0) throw new Error(`podman info failed: ${asked.stderr.trim()}`);
  if (asked.stdout.toString('utf8').trim() === 'netavark') {
    const network = {
      name: 'podman',
      id: '2f259bab93aaaaa2542ba43ef33eb990d0999ee1b9924b557b7be53c0b7a1bb9',
      driver: 'bridge',
      network_interface: bridge.name,
      created: '2026-01-01T00:00:00Z',
      subnets: [{ subnet: bridge.subnet, gateway: bridge.gateway }],
      ipv6_enabled: false,
      internal: false,
      dns_enabled: false,
      ipam_options: { driver: 'host-local' },
    };
    await writeFile(join(networks, 'podman.json'), JSON.stringify(network));
    return;
  }
  const conflist = {
    cniVersion: '0.4.0',
    name: 'podman',
    plugins: [
      {
        type: 'bridge',
        bridge: bridge.name,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(networks, 'addresses'),
          routes: [{ dst: '0.0.0.0/0' }],
          ranges: [[{ subnet: bridge.subnet, gateway: bridge.gateway }]],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
      { type: 'firewall' },
      { type: 'tuning' },
    ],
  };
  await writeFile(join(networks, '87-podman.conflist'), JSON.stringify(conflist));
}

/** Soft and hard limit alike, never more than this process may hand on. */
function limitOf(name: string, wanted: number): string {
  const limits = existsSync('/proc/self/limits') ? readFileSync('/proc/self/limits', 'utf8') : '';
  const hard = Number(new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(limits)?.[1] ?? wanted);
  const value = Math.min(wanted, hard);
  return `${value}:${value}`;
}

function unifiedGroups(): boolean {
  return existsSync('/sys/fs/cgroup/cgroup.controllers');
}
