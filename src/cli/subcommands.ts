/**
 * Every subcommand, loaded only when it is asked for: what a command does not need must not cost it start-up time.
 */
import type { Subcommand } from './cliContext.ts';

export interface SubcommandEntry {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<Subcommand>;
}

export const subcommands: Readonly<Record<string, SubcommandEntry>> = {
  run: {
    usage: 'run [options] -- COMMAND…',
    summary: 'run a command, or a named experiment, and record it',
    load: async () => (await import('./commands/run.ts')).run,
  },
  rerun: {
    usage: 'rerun RUN [--param k=v]',
    summary: 'run again in the workspace, with changes',
    load: async () => (await import('./commands/rerun.ts')).rerun,
  },
  runs: {
    usage: 'runs [--filter EXPR]',
    summary: 'list runs',
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  show: {
    usage: 'show RUN',
    summary: 'everything that is recorded about a run',
    load: async () => (await import('./commands/show.ts')).show,
  },
  logs: {
    usage: 'logs RUN [--follow]',
    summary: 'what a run printed',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  metrics: {
    usage: 'metrics RUN [KEY…]',
    summary: 'the metric points of a run',
    load: async () => (await import('./commands/metrics.ts')).metrics,
  },
  cancel: {
    usage: 'cancel RUN',
    summary: 'end a run with all its processes',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  annotate: {
    usage: 'annotate RUN [--name N]',
    summary: 'name, note, tag, star or archive a run',
    load: async () => (await import('./commands/annotate.ts')).annotate,
  },
  remove: {
    usage: 'remove RUN… [--undo]',
    summary: 'move runs to the trash, or back',
    load: async () => (await import('./commands/remove.ts')).remove,
  },
  compare: {
    usage: 'compare RUN RUN…',
    summary: 'what differs between runs',
    load: async () => (await import('./commands/compare.ts')).compare,
  },
  reproduce: {
    usage: 'reproduce RUN',
    summary: 'run it again in a private checkout, and judge the outcome',
    load: async () => (await import('./commands/reproduce.ts')).reproduce,
  },
  'find-cause': {
    usage: 'find-cause REPRODUCTION',
    summary: 'find out by short trials why a run diverged from another',
    load: async () => (await import('./commands/findCause.ts')).findCauseCommand,
  },
  report: {
    usage: 'report REPRODUCTION',
    summary: 'a verdict as Markdown for a pull request, or as one HTML file',
    load: async () => (await import('./commands/report.ts')).report,
  },
  health: {
    usage: 'health [RUN…]',
    summary: 'what is about to make runs impossible to reproduce, and the command that mends it',
    load: async () => (await import('./commands/health.ts')).health,
  },
  probe: {
    usage: 'probe RUN',
    summary: 'run it twice for a short while, to learn what noise this machine makes of it',
    load: async () => (await import('./commands/probe.ts')).probe,
  },
  import: {
    usage: 'import [KIND] PATH',
    summary: 'make records of past runs of MLflow, TensorBoard, DVCLive or W&B',
    load: async () => (await import('./commands/import.ts')).importPastRuns,
  },
  data: {
    usage: 'data COMMAND',
    summary: 'the data and models of this commit: status, add, pull, push and more',
    load: async () => (await import('./commands/data.ts')).data,
  },
  env: {
    usage: 'env COMMAND',
    summary: 'the environment of this project: a devcontainer or Python environment, its lock and drift',
    load: async () => (await import('./commands/env.ts')).env,
  },
  share: {
    usage: 'share COMMAND',
    summary: 'runs for others through the git remote: push, fetch, link, export',
    load: async () => (await import('./commands/share.ts')).share,
  },
  doctor: {
    usage: 'doctor',
    summary: 'what is missing on this machine, and the command that mends it',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
};
