/** What every subcommand is given; made once, in `main.ts`. */
import type { ChildProcess } from 'node:child_process';
import type { Terminal } from './terminal.ts';

export interface CliContext {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute. */
  readonly cwd: string;
  /** Aborts when the reader of standard output has gone. Ctrl-C is for each subcommand to handle. */
  readonly signal: AbortSignal;
  /** The Node that supervisors run on, and the bundle (or source file) that they are started from. */
  readonly node: string;
  readonly supervisorScript: string;
  /** Started at once where the words promise a run, to be ready when the request is. */
  readonly earlySupervisor?: Promise<ChildProcess | undefined> | undefined;
}

/** One subcommand: how its part of the command line is read, and what it does. The number is the exit code. */
export interface Subcommand {
  /** As in the usage line, after `lockstep`. */
  readonly name: string;
  /** `words` are what follows the name. Wrong use and failures are thrown as LockstepError. */
  run(words: readonly string[], context: CliContext): Promise<number>;
}

/** Exit codes of the contract; `lockstep run` passes on those of the program. */
export const exitCodes = {
  done: 0,
  /** The honest negative: diverged, drift found, the run failed. */
  negative: 1,
  wrongUse: 2,
  /** It could not be done or told. */
  impossible: 3,
  cancelled: 130,
} as const;
