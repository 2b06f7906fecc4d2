/** The containers of a project, found by their labels: ours, and those that the Dev Containers extension made. */
import * as z from 'zod';
import type { Engine } from '../engine/engine.ts';
import { engineCommand } from './engineCommand.ts';
import type { EngineCall } from './engineCommand.ts';
import { metadataLabel } from './imageMetadata.ts';

/** What the specification's tools put on a container. */
export const specificationLabels = {
  folder: 'devcontainer.local_folder',
  config: 'devcontainer.config_file',
  metadata: metadataLabel,
} as const;

/** What Lockstep puts on a container of its own. */
export const ownLabels = {
  /** Absolute root of the project. */
  project: 'lockstep.project',
  /** sha256 (hex) of all that went in. */
  inputs: 'lockstep.config',
  /** sha256 (hex) of the environment lock, where there was one. */
  lock: 'lockstep.lock',
  /** Random, of the call that made it: by it alone a call knows what is its own to take away. */
  call: 'lockstep.call',
} as const;

const mountSchema = z.looseObject({
  Type: z.string(),
  Name: z.string().optional(),
  Source: z.string().default(''),
  Destination: z.string(),
  RW: z.boolean().default(true),
});

/** What `inspect` of both engines agrees on. */
export const inspectedSchema = z.looseObject({
  Id: z.string(),
  Name: z.string(),
  /** Configuration digest; Podman leaves the prefix `sha256:` out. */
  Image: z.string(),
  Created: z.string(),
  State: z.looseObject({
    Status: z.string(),
    StartedAt: z.string().optional(),
    Error: z.string().optional(),
    ExitCode: z.number().optional(),
  }),
  Mounts: z.array(mountSchema).nullish(),
  Config: z.looseObject({
    User: z.string().nullish(),
    Env: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
    Image: z.string().nullish(),
    WorkingDir: z.string().nullish(),
  }),
  HostConfig: z.looseObject({}).nullish(),
  /** Podman: the name of the image. Docker has it in Config.Image. */
  ImageName: z.string().optional(),
});
export type InspectedContainer = z.infer<typeof inspectedSchema>;

/** Every container of the project, whatever its state, the newest first. `root` absolute. */
export async function findContainers(
  engine: Engine,
  root: string,
  call: EngineCall = {},
): Promise<InspectedContainer[]> {
  return inspectContainers(engine, await listed(engine, `${specificationLabels.folder}=${root}`, call), call);
}

/** Those with `label` (`name` or `name=value`). */
export async function findLabelled(
  engine: Engine,
  label: string,
  call: EngineCall = {},
): Promise<InspectedContainer[]> {
  return inspectContainers(engine, await listed(engine, label, call), call);
}

/** Ids of all containers that there are, in full. */
export async function allContainerIds(engine: Engine, call: EngineCall = {}): Promise<string[]> {
  return idsOf(await engineCommand(engine, listing, call));
}

async function listed(engine: Engine, label: string, call: EngineCall): Promise<string[]> {
  return idsOf(await engineCommand(engine, [...listing, '--filter', `label=${label}`], call));
}

const listing = ['ps', '--all', '--quiet', '--no-trunc'];

function idsOf(text: string): string[] {
  return text.split('\n').filter(line => line !== '');
}

/** Containers that are gone meanwhile are left out. */
export async function inspectContainers(
  engine: Engine,
  ids: readonly string[],
  call: EngineCall = {},
): Promise<InspectedContainer[]> {
  if (ids.length === 0) return [];
  let text: string;
  try {
    text = await engineCommand(engine, ['inspect', '--type', 'container', ...ids], call);
  } catch (error) {
    if (ids.length === 1) {
      if (error instanceof Error && /no such (?:container|object)/i.test(error.message)) return [];
      throw error;
    }
    const each = await Promise.all(ids.map(id => inspectContainers(engine, [id], call)));
    return each.flat();
  }
  const parsed = z.array(z.unknown()).parse(JSON.parse(text));
  return parsed
    .flatMap(one => {
      const checked = inspectedSchema.safeParse(one);
      return checked.success ? [checked.data] : [];
    })
    .sort((a, b) => (a.Created < b.Created ? 1 : -1));
}

export function labelsOf(container: InspectedContainer): Readonly<Record<string, string>> {
  return container.Config.Labels ?? {};
}

/** `NAME=value` entries of the container's own configuration. */
export function environmentOf(container: InspectedContainer): Record<string, string> {
  return Object.fromEntries(
    (container.Config.Env ?? []).map(entry => {
      const at = entry.indexOf('=');
      return at < 0 ? [entry, ''] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
