/** `lockstep env`: where this project runs. Every subcommand is loaded only when it is asked for. */
import { commandGroup } from '../commandGroup.ts';

export const env = commandGroup({
  name: 'env',
  about:
    'The environment of this project: a devcontainer with the GPUs of this machine, or a managed Python environment.',
  commands: {
    templates: {
      usage: 'templates',
      summary: 'what a devcontainer can be made from',
      load: async () => (await import('./env/templates.ts')).envTemplates,
    },
    create: {
      usage: 'create [TEMPLATE] [--option k=v]',
      summary: 'give this project a devcontainer, from a template or as its files propose',
      load: async () => (await import('./env/create.ts')).envCreate,
    },
    up: {
      usage: 'up [--gpus WHICH]',
      summary: 'make and start the devcontainer, or use the one that is there',
      load: async () => (await import('./env/up.ts')).envUp,
    },
    rebuild: {
      usage: 'rebuild [--no-cache]',
      summary: 'make it anew from what the files say now',
      load: async () => (await import('./env/rebuild.ts')).envRebuild,
    },
    down: {
      usage: 'down [--remove]',
      summary: 'stop the container, or remove it',
      load: async () => (await import('./env/down.ts')).envDown,
    },
    status: {
      usage: 'status',
      summary: 'what there is: configuration, container, what changed since',
      load: async () => (await import('./env/status.ts')).envStatus,
    },
    exec: {
      usage: 'exec -- COMMAND…',
      summary: 'run a command in the container',
      load: async () => (await import('./env/exec.ts')).envExec,
    },
    logs: {
      usage: 'logs [--up] [--follow]',
      summary: 'what the container printed, or how it was brought up',
      load: async () => (await import('./env/logs.ts')).envLogs,
    },
    disk: {
      usage: 'disk [--remove-unused]',
      summary: 'what containers, images, volumes and managed Python environments take',
      load: async () => (await import('./env/disk.ts')).envDisk,
    },
    gpus: {
      usage: 'gpus',
      summary: 'the GPUs of this machine, and what is between them and a container',
      load: async () => (await import('./env/gpus.ts')).envGpus,
    },
    lock: {
      usage: 'lock',
      summary: 'write down exactly which environment it is',
      load: async () => (await import('./env/lock.ts')).envLock,
    },
    verify: {
      usage: 'verify',
      summary: 'is the environment as its lock says, and what differs',
      load: async () => (await import('./env/verify.ts')).envVerify,
    },
  },
  notes: `Exit codes: 0 done; 1 the answer is no (drift was found); 2 wrong use; 3 could not be done or told (no engine, build
error), with the mend; 130 cancelled. lockstep env exec ends with the code of the program.`,
});
