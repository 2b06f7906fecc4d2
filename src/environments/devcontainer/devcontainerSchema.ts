/** What Lockstep reads of devcontainer.json (https://containers.dev/implementors/json_reference/). Unknown properties are kept. */
import * as z from 'zod';

/** A shell command, a program with its words, or several of both that run at once. */
const commandSchema = z.union([
  z.string(),
  z.array(z.string()),
  z.record(z.string(), z.union([z.string(), z.array(z.string())])),
]);
export type LifecycleCommand = z.infer<typeof commandSchema>;

const environmentSchema = z.record(z.string(), z.union([z.string(), z.null()]));

const mountSchema = z.union([
  z.string(),
  z.looseObject({ type: z.string().optional(), source: z.string().optional(), target: z.string() }),
]);

export const devcontainerSchema = z.looseObject({
  name: z.string().optional(),
  image: z.string().optional(),
  /** The old place of `build.dockerfile` and `build.context`. */
  dockerFile: z.string().optional(),
  context: z.string().optional(),
  build: z
    .looseObject({
      dockerfile: z.string().optional(),
      context: z.string().optional(),
      args: z.record(z.string(), z.string()).optional(),
      target: z.string().optional(),
      options: z.array(z.string()).optional(),
      cacheFrom: z.union([z.string(), z.array(z.string())]).optional(),
    })
    .optional(),
  dockerComposeFile: z.union([z.string(), z.array(z.string())]).optional(),
  service: z.string().optional(),
  features: z.record(z.string(), z.unknown()).optional(),
  hostRequirements: z
    .looseObject({
      gpu: z
        .union([
          z.boolean(),
          z.literal('optional'),
          z.looseObject({ cores: z.int().optional(), memory: z.string().optional() }),
        ])
        .optional(),
    })
    .optional(),
  runArgs: z.array(z.string()).optional(),
  mounts: z.array(mountSchema).optional(),
  workspaceFolder: z.string().optional(),
  workspaceMount: z.string().optional(),
  containerEnv: environmentSchema.optional(),
  remoteEnv: environmentSchema.optional(),
  containerUser: z.string().optional(),
  remoteUser: z.string().optional(),
  userEnvProbe: z.enum(['none', 'loginInteractiveShell', 'interactiveShell', 'loginShell']).optional(),
  overrideCommand: z.boolean().optional(),
  initializeCommand: commandSchema.optional(),
  onCreateCommand: commandSchema.optional(),
  updateContentCommand: commandSchema.optional(),
  postCreateCommand: commandSchema.optional(),
  postStartCommand: commandSchema.optional(),
  postAttachCommand: commandSchema.optional(),
  customizations: z.record(z.string(), z.unknown()).optional(),
});
export type DevcontainerConfig = z.infer<typeof devcontainerSchema>;

export const lifecycleCommands = [
  'initializeCommand',
  'onCreateCommand',
  'updateContentCommand',
  'postCreateCommand',
  'postStartCommand',
  'postAttachCommand',
] as const satisfies readonly (keyof DevcontainerConfig)[];

/** Every property of the specification, also those that mean nothing to Lockstep, and the old names of some. */
export const knownProperties: readonly string[] = [
  ...Object.keys(devcontainerSchema.shape),
  ...['$schema', 'appPort', 'capAdd', 'codespaces', 'devPort', 'extensions', 'forwardPorts', 'init'],
  ...['otherPortsAttributes', 'overrideFeatureInstallOrder', 'portsAttributes', 'privileged', 'runServices'],
  ...['secrets', 'securityOpt', 'settings', 'shutdownAction', 'updateRemoteUserUID', 'waitFor'],
];
