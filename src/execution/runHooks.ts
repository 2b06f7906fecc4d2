/** Where a reproduction takes part in a run: before the start, in place of the working folder, and after the end. */
import type * as z from 'zod';
import type { Known } from '../runs/known.ts';
import type { Code, interpreterSchema, Plan } from '../runs/plan.ts';
import type { Result } from '../runs/result.ts';
import type { ContainerRecord } from '../runs/processRecord.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import type { LaunchSpec } from './launchSpec.ts';
import type { WriteProtection } from './readOnly/writeProtection.ts';

/** What takes the place of the launched command's own surroundings. Fields left out stay as launched. */
export interface PreparedRun {
  /** Absolute; becomes `root` of the plan. */
  readonly root?: string;
  /** Absolute folder the command runs in. */
  readonly cwd?: string;
  readonly argv?: readonly string[];
  /** The command runs in this container in place of the launched one. */
  readonly container?: {
    readonly record: ContainerRecord;
    /** Set over the container's own environment; undefined removes what else would be set. */
    readonly variables: Readonly<Record<string, string | undefined>>;
  };
  /** Set in the environment of the command; undefined removes a variable. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Of variables whose values are recorded as hashes: the values that stand for theirs, in place of a moved path. */
  readonly recordedAs?: Readonly<Record<string, string>>;
  /** Known already, so no snapshot is taken. */
  readonly code?: Known<Code>;
  readonly interpreter?: Known<z.infer<typeof interpreterSchema>>;
  /** What the command may not change; of one that runs on this machine. */
  readonly protection?: WriteProtection | undefined;
  /** Put over the fields of the plan just before it is written. */
  readonly plan?: Partial<Plan>;
}

export interface PrepareContext {
  readonly paths: RunPaths;
  readonly signal: AbortSignal;
  /** The true command, secrets included. */
  readonly argv: readonly string[];
  /** The environment that the run was started from. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface EndedRun {
  readonly spec: LaunchSpec;
  readonly paths: RunPaths;
  /** Absent when the preparation failed. */
  readonly plan?: Plan;
  readonly result: Result;
}

export interface RunHooks {
  /** Rejecting ends the run as failed with the error's code and message. Aborted when the run is cancelled. */
  prepare?(spec: LaunchSpec, context: PrepareContext): Promise<PreparedRun>;
  /** In place of {@link prepare}, of a supervisor that takes the place of one that was killed. Never ends the run. */
  resume?(spec: LaunchSpec, paths: RunPaths): Promise<void>;
  /** After result.json and captured.json are written; the supervisor ends when it resolves. */
  afterResult?(ended: EndedRun): Promise<void>;
  /** In place of {@link afterResult}, where nobody can say how the command ended and no result is written. */
  afterLost?(spec: LaunchSpec, paths: RunPaths): Promise<void>;
}
