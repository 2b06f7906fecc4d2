/** What must be known of a container before anything happens in it; of one whose run is taken over, from its record. */
import { realpath } from 'node:fs/promises';
import * as z from 'zod';
import type { ContainerRecord } from '../../runs/processRecord.ts';
import type { ContainerApi } from './containerApi.ts';
import type { ContainerFacts, ContainerMount } from './engineFacts.ts';
import { containerGone, containerNotRunning, projectNotMounted } from './errors.ts';
import { pathMap } from './pathMap.ts';
import type { PathMap } from './pathMap.ts';

export interface OpenedContainer {
  readonly record: ContainerRecord;
  readonly name: string;
  readonly map: PathMap;
  /** Absent for a record. */
  readonly facts: ContainerFacts | undefined;
  readonly mounts: readonly ContainerMount[];
  /** 127.0.0.1 inside is this machine's own. */
  readonly sharesNetwork: boolean;
}

const mountsSchema = z.array(
  z.looseObject({ Type: z.string(), Source: z.string(), Destination: z.string(), RW: z.boolean() }),
);

/** @param folders Of this machine, absolute: the root first. They must be mounted. */
export async function lookAtContainer(
  api: ContainerApi,
  target: ContainerRecord,
  folders: readonly string[],
): Promise<OpenedContainer> {
  const recorded = mountsSchema.safeParse(target['mounts']).data;
  if (recorded !== undefined) return opened(target, recorded, await aliasesOf(folders), undefined);
  const facts = await api.inspect(target.id);
  const name = (facts?.Name ?? target.name ?? target.id.slice(0, 12)).replace(/^\//, '');
  if (facts === undefined) throw containerGone(name);
  if (!facts.State.Running || facts.State.Paused) throw containerNotRunning(name, facts.State.Paused);
  const mounts = (facts.Mounts ?? []).map(({ Type, Name, Source, Destination, RW }) => ({
    ...{ Type, Source, Destination, RW },
    ...(Name === undefined ? {} : { Name }),
  }));
  const first = opened(target, mounts, await aliasesOf(folders), facts);
  for (const folder of folders)
    if (first.map.toContainer(folder) === undefined) throw projectNotMounted(folder, name);
  const [root = ''] = folders;
  const workspaceFolder = first.map.toContainer(root);
  const record: ContainerRecord = {
    ...target,
    ...{ id: facts.Id, name, mounts, startedAt: facts.State.StartedAt },
    ...(workspaceFolder === undefined ? {} : { workspaceFolder }),
    sharesNetwork: first.sharesNetwork,
  };
  return { ...first, record, name };
}

function opened(
  record: ContainerRecord,
  mounts: readonly ContainerMount[],
  aliases: Parameters<typeof pathMap>[1],
  facts: ContainerFacts | undefined,
): OpenedContainer {
  return {
    ...{ record, facts, mounts },
    name: record.name ?? record.id.slice(0, 12),
    map: pathMap(mounts, aliases),
    sharesNetwork:
      facts === undefined ? record['sharesNetwork'] === true : facts.HostConfig.NetworkMode === 'host',
  };
}

/** The engine knows the real name of what it was told by a link, or the other way round. */
async function aliasesOf(folders: readonly string[]): Promise<{ host: string; container: string }[]> {
  const aliases: { host: string; container: string }[] = [];
  for (const folder of folders) {
    const real = await realpath(folder).catch(() => folder);
    if (real !== folder) aliases.push({ host: folder, container: real }, { host: real, container: folder });
  }
  return aliases;
}
