/**
 * What engines answer, as far as it is used: Docker from 20.10 on and Podman's compatible API from 4 on. Unknown keys
 * are tolerated, missing lists are empty (Podman and Docker write null for none).
 */
import * as z from 'zod';

/** Absent, null: none. */
const listOf = <T extends z.ZodType>(one: T) =>
  z
    .array(one)
    .nullish()
    .transform(value => value ?? []);

const textMap = z
  .record(z.string(), z.string().nullable())
  .nullish()
  .transform(value =>
    Object.fromEntries(Object.entries(value ?? {}).map(([name, text]) => [name, text ?? ''])),
  );

/** `0001-01-01T00:00:00Z` is how Go writes no time. */
const time = z
  .string()
  .nullish()
  .transform(value =>
    value === null || value === undefined || value.startsWith('0001-') || value === '' ? undefined : value,
  );

const text = z
  .string()
  .nullish()
  .transform(value => value ?? '');

export const versionSchema = z.looseObject({
  Version: z.string(),
  ApiVersion: text,
  Os: text,
  Arch: text,
  KernelVersion: text,
  Components: listOf(z.looseObject({ Name: text, Version: text })),
});

export const infoSchema = z.looseObject({
  OSType: text,
  OperatingSystem: text,
  KernelVersion: text,
  Architecture: text,
  ServerVersion: text,
  Name: text,
  CgroupVersion: text,
  CgroupDriver: text,
  DefaultRuntime: text,
  DockerRootDir: text,
  Driver: text,
  SecurityOptions: listOf(z.string()),
  Runtimes: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform(value => Object.keys(value ?? {})),
  CDISpecDirs: listOf(z.string()),
  DiscoveredDevices: listOf(z.looseObject({ Source: text, ID: z.string() })),
  /** Podman says it here. */
  Rootless: z.boolean().nullish(),
});
export type EngineInfo = z.infer<typeof infoSchema>;

export const containerSummarySchema = z.looseObject({
  Id: z.string(),
  Names: listOf(z.string()),
  Image: text,
  ImageID: text,
  /** `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`; Podman adds its own. */
  State: text,
  Labels: textMap,
  /** Seconds. */
  Created: z.number().nullish(),
});
export type ContainerSummary = z.infer<typeof containerSummarySchema>;

export const containerSchema = z.looseObject({
  Id: z.string(),
  Name: text,
  Created: time,
  /** Of the image's configuration: `sha256:…`; Podman leaves the prefix out. */
  Image: text.transform(value => (/^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : value)),
  State: z.looseObject({
    Status: text,
    Running: z.boolean().nullish(),
    Pid: z.number().nullish(),
    ExitCode: z.number().nullish(),
    OOMKilled: z.boolean().nullish(),
    Error: text,
    StartedAt: time,
    FinishedAt: time,
  }),
  Config: z.looseObject({
    Image: text,
    User: text,
    WorkingDir: text,
    Hostname: text,
    Env: listOf(z.string()),
    Labels: textMap,
    Cmd: listOf(z.string()).or(z.string().transform(one => [one])),
    Entrypoint: listOf(z.string()).or(z.string().transform(one => [one])),
  }),
  HostConfig: z.looseObject({
    NetworkMode: text,
    ShmSize: z.number().nullish(),
    IpcMode: text,
    Runtime: text,
    Privileged: z.boolean().nullish(),
    Init: z.boolean().nullish(),
    CapAdd: listOf(z.string()),
    SecurityOpt: listOf(z.string()),
    GroupAdd: listOf(z.string()),
    UsernsMode: text,
    Ulimits: listOf(z.looseObject({ Name: text, Soft: z.number().nullish(), Hard: z.number().nullish() })),
    Devices: listOf(z.looseObject({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })),
    DeviceRequests: listOf(
      z.looseObject({
        Driver: text,
        Count: z.number().nullish(),
        DeviceIDs: listOf(z.string()),
        Capabilities: listOf(listOf(z.string())),
      }),
    ),
  }),
  Mounts: listOf(
    z.looseObject({
      /** `bind`, `volume`, `tmpfs`. */
      Type: text,
      Name: text,
      Source: text,
      Destination: z.string(),
      RW: z.boolean().nullish(),
    }),
  ),
});
export type ContainerDetails = z.infer<typeof containerSchema>;

export const imageSchema = z.looseObject({
  Id: z.string().transform(value => (/^[0-9a-f]{64}$/.test(value) ? `sha256:${value}` : value)),
  RepoTags: listOf(z.string()),
  RepoDigests: listOf(z.string()),
  Created: time,
  Size: z.number().nullish(),
  Os: text,
  Architecture: text,
  RootFS: z
    .looseObject({ Layers: listOf(z.string()) })
    .nullish()
    .transform(value => value ?? { Layers: [] }),
  Config: z
    .looseObject({
      User: text,
      WorkingDir: text,
      Env: listOf(z.string()),
      Labels: textMap,
      Entrypoint: listOf(z.string()),
      Cmd: listOf(z.string()),
    })
    .nullish()
    .transform(value => value ?? { User: '', WorkingDir: '', Env: [], Labels: {}, Entrypoint: [], Cmd: [] }),
});
export type ImageDetails = z.infer<typeof imageSchema>;

export const createdSchema = z.looseObject({ Id: z.string(), Warnings: listOf(z.string()) });

export const execSchema = z.looseObject({
  ID: text,
  Running: z.boolean().nullish(),
  ExitCode: z.number().nullish(),
  Pid: z.number().nullish(),
});

export const rawEventSchema = z.looseObject({
  Type: text,
  Action: text,
  Actor: z.looseObject({ ID: text, Attributes: textMap }).nullish(),
  /** Seconds. */
  time: z.number().nullish(),
  timeNano: z.number().nullish(),
});

/** One line of what a pull or a push tells; `error` says that it failed. */
export const progressSchema = z.looseObject({
  status: text,
  id: text,
  progressDetail: z.looseObject({ current: z.number().nullish(), total: z.number().nullish() }).nullish(),
  error: z.string().nullish(),
  errorDetail: z.looseObject({ message: text }).nullish(),
});

export const statsSchema = z.looseObject({
  cpu_stats: z.looseObject({
    cpu_usage: z.looseObject({ total_usage: z.number().nullish() }).nullish(),
    system_cpu_usage: z.number().nullish(),
    online_cpus: z.number().nullish(),
  }),
  memory_stats: z.looseObject({
    usage: z.number().nullish(),
    limit: z.number().nullish(),
    stats: z.record(z.string(), z.unknown()).nullish(),
  }),
  pids_stats: z.looseObject({ current: z.number().nullish() }).nullish(),
});

export const changesSchema = listOf(z.looseObject({ Path: z.string(), Kind: z.number() }));

export const diskSchema = z.looseObject({
  LayersSize: z.number().nullish(),
  Images: listOf(
    z.looseObject({
      Id: text,
      RepoTags: listOf(z.string()),
      Size: z.number().nullish(),
      SharedSize: z.number().nullish(),
      Containers: z.number().nullish(),
      Labels: textMap,
    }),
  ),
  Containers: listOf(
    z.looseObject({ Id: text, Names: listOf(z.string()), SizeRw: z.number().nullish(), Labels: textMap }),
  ),
  Volumes: listOf(
    z.looseObject({
      Name: text,
      Labels: textMap,
      UsageData: z.looseObject({ Size: z.number().nullish(), RefCount: z.number().nullish() }).nullish(),
    }),
  ),
});
export type DiskUsage = z.infer<typeof diskSchema>;
