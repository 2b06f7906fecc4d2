/** Of the other machines that a program talked to, those whose answers may decide what it computes. */
import type { SeenHost } from './readSeen.ts';

const mostHosts = 50;

/** Names that may stand in a record, each once and sorted; with the port where it is not that of the web. */
export function askedHosts(seen: readonly SeenHost[]): string[] {
  const names = seen
    .map(({ host, port }) => ({ host: host.toLowerCase().replace(/\.$/, ''), port }))
    .filter(({ host }) => isHost.test(host) && !onlyTold.some(pattern => pattern.test(host)))
    .map(({ host, port }) => {
      if (port === 443 || port === 80) return host;
      return `${host.includes(':') ? `[${host}]` : host}:${port}`;
    });
  return [...new Set(names)].sort().slice(0, mostHosts);
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
