/**
 * What of a recorded container's settings its reproduction may have. A record is a file that travels: nothing of it
 * reaches the engine but known settings of the known shape, and what would give a container rights over this machine only
 * where the record was made here.
 */
import * as z from 'zod';

export interface AllowedSettings {
  /** For `HostConfig`, by the names of the engine's API. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Names of what was recorded and is left out. */
  readonly dropped: readonly string[];
}

const words = z.array(z.string());

const shapes: Readonly<Record<string, z.ZodType>> = {
  DeviceRequests: z.array(
    z.object({
      Driver: z.string().optional(),
      Count: z.int().optional(),
      DeviceIDs: words.nullish(),
      Capabilities: z.array(words).nullish(),
      Options: z.record(z.string(), z.string()).nullish(),
    }),
  ),
  Devices: z.array(
    z.object({
      PathOnHost: z.string(),
      PathInContainer: z.string().optional(),
      CgroupPermissions: z.string().optional(),
    }),
  ),
  GroupAdd: words,
  Runtime: z.literal('nvidia'),
  ShmSize: z.number(),
  IpcMode: z.enum(['host', 'private']),
  UsernsMode: z.string(),
  Ulimits: z.array(z.object({ Name: z.string(), Soft: z.number(), Hard: z.number() })),
  SecurityOpt: words,
  CapAdd: words,
  NanoCpus: z.number(),
  CpusetCpus: z.string(),
  Memory: z.number(),
};

/** Without rights over anything but a GPU. */
const harmless: Readonly<Record<string, z.ZodType>> = {
  Devices: z.array(
    z.looseObject({
      PathOnHost: z.string().regex(/^\/dev\/(?:nvidia[\w-]*(?:\/[\w-]+)?|dri(?:\/[\w-]+)?|kfd)$/),
    }),
  ),
  IpcMode: z.literal('private'),
  UsernsMode: z.never(),
  SecurityOpt: z.never(),
  CapAdd: z.never(),
};

/** @param trusted The record was made here. */
export function passedSettings(
  recorded: Readonly<Record<string, unknown>> | undefined,
  trusted: boolean,
): AllowedSettings {
  const settings: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(recorded ?? {})) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    const read = shape?.safeParse(value);
    const mayHave = shape !== undefined && (trusted || (harmless[name]?.safeParse(value).success ?? true));
    if (read?.success === true && mayHave) settings[name] = read.data;
    else dropped.push(name);
  }
  return { settings, dropped };
}
