/** What Docker and Podman tell of containers, executions and images, as far as a supervisor reads it. */
import * as z from 'zod';

const mountSchema = z.looseObject({
  Type: z.string(),
  Name: z.string().optional(),
  Source: z.string().default(''),
  Destination: z.string(),
  RW: z.boolean().default(true),
});
export type ContainerMount = z.infer<typeof mountSchema>;

export const containerSchema = z.looseObject({
  Id: z.string(),
  Name: z.string().default(''),
  /** Of the image's configuration; Podman leaves `sha256:` out. */
  Image: z.string(),
  State: z.looseObject({
    Running: z.boolean(),
    Paused: z.boolean().default(false),
    OOMKilled: z.boolean().default(false),
    ExitCode: z.number().default(0),
    StartedAt: z.string().default(''),
  }),
  Mounts: z.array(mountSchema).nullish(),
  HostConfig: z
    .looseObject({
      NetworkMode: z.string().default(''),
      Runtime: z.string().optional(),
      ShmSize: z.number().optional(),
      IpcMode: z.string().optional(),
      DeviceRequests: z.array(z.unknown()).nullish(),
      Devices: z.array(z.looseObject({ PathOnHost: z.string().default('') })).nullish(),
    })
    .default({ NetworkMode: '' }),
  Config: z.looseObject({
    Image: z.string().default(''),
    User: z.string().default(''),
    Env: z.array(z.string()).nullish(),
    Labels: z.record(z.string(), z.string()).nullish(),
  }),
});
export type ContainerFacts = z.infer<typeof containerSchema>;

export const execSchema = z.looseObject({
  Running: z.boolean(),
  ExitCode: z.number().nullish(),
  /** In the engine's own pid namespace; 0 where it is not known. */
  Pid: z.number().default(0),
});
export type ExecFacts = z.infer<typeof execSchema>;

export const imageSchema = z.looseObject({
  Id: z.string(),
  /** Bytes. */
  Size: z.number().nonnegative().optional().catch(undefined),
  RepoDigests: z.array(z.string()).nullish(),
  Config: z
    .looseObject({
      Env: z.array(z.string()).nullish(),
      User: z.string().optional(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
});
export type ImageFacts = z.infer<typeof imageSchema>;
