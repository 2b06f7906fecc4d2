/** Of the other machines that a program talked to, those whose answers may decide what it computes. */
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { domainToASCII } from 'node:url';
import type { SeenHost } from './readSeen.ts';

const mostHosts = 50;

/**
 * Names that may stand in a record, each once and sorted; with the port where it is not that of the web.
 * @param own Addresses and names of the machine that the program ran on.
 */
export function askedHosts(seen: readonly SeenHost[], own: readonly string[] = []): string[] {
  const here = new Set(own.map(name => name.toLowerCase()));
  const names = seen
    .map(({ host, port }) => ({ host: plainName(host), port }))
    .filter(({ host }) => isHost.test(host) || isIP(host) !== 0)
    .filter(({ host }) => !here.has(host) && !onlyTold.some(pattern => pattern.test(host)))
    .map(({ host, port }) => {
      if (port === 443 || port === 80) return host;
      return `${host.includes(':') ? `[${host}]` : host}:${port}`;
    });
  return [...new Set(names)].sort().slice(0, mostHosts);
}

/** Of this machine. */
export function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap(one => one ?? []);
  return [hostname(), ...addresses.map(({ address }) => plainName(address))];
}

/** As DNS has it; an address without the interface by which it is reached, and IPv4 as such. */
function plainName(host: string): string {
  const name = host
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  return /[^\0-\x7f]/.test(name) ? domainToASCII(name) : name;
}

const isHost = /^[a-z0-9_](?:[a-z0-9._:-]{0,251}[a-z0-9])?$/;

/** They take what a program tells them (metrics, crashes, use), say who it is, or whether there is something newer. */
const onlyTold: readonly RegExp[] = [
  /(?:^|\.)(?:wandb\.ai|comet\.com|comet\.ml|neptune\.ai|clear\.ml|swanlab\.cn|aimstack\.io)$/,
  /(?:^|\.)(?:sentry\.io|posthog\.com|segment\.(?:io|com)|amplitude\.com|mixpanel\.com|scarf\.sh|google-analytics\.com)$/,
  /^(?:pypi\.org|one\.one\.one\.one|dns\.google|1\.[01]\.[01]\.1|8\.8\.(?:8\.8|4\.4))$/,
  // What clouds tell their machines about themselves.
  /^(?:169\.254\.\d+\.\d+|metadata(?:\.google\.internal)?|fd00:ec2::254)$/,
];
