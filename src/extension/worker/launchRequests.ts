/** Requests about starting runs. Plain data; part of EngineRequests. */
import type { PreviewedMetric } from '../../tracking/previewMetricLines.ts';
import type { Request } from '../thread/threadMessages.ts';
import type { RunReference } from './engineRequests.ts';

/** Where the interpreter of a run comes from, in the order of preference. */
export type InterpreterSource = 'setting' | 'python-extension' | 'folder' | 'path';

export interface FoundInterpreter {
  /** Absolute, not resolved: the path inside a virtual environment. */
  readonly path: string;
  readonly source: InterpreterSource;
}

/** Where a run is to execute. */
export interface AskedPlace {
  /** `auto`: in the devcontainer when it is up, else on this machine. */
  readonly kind: 'auto' | 'host' | 'devcontainer' | 'python';
  /** Of the settings: which engine; '' for the first that is found. */
  readonly engine: string;
}

export interface LaunchPlan {
  readonly store: string;
  readonly root: string;
  /** Absolute. */
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly experiment?: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly metricLines?: boolean;
  /** As in `lockstep.yaml`. */
  readonly pinOutputs?: boolean | readonly string[];
  readonly pythonHook: boolean;
  readonly rerunOf?: string;
  /** The Python of this machine that the editor put into `argv`. */
  readonly interpreter?: string;
}

export interface NamedExperiment {
  readonly name: string;
  readonly description?: string;
  /** Absolute. */
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly tags: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly metricLines?: boolean;
  /** As in `lockstep.yaml`. */
  readonly pinOutputs?: boolean | readonly string[];
  /** Why it cannot be run as it stands. */
  readonly problem?: string;
}

export interface LaunchRequests {
  /** Starts a run under its own supervisor and resolves with its id when it has begun. */
  launch: Request<
    LaunchPlan & {
      readonly place: AskedPlace;
      readonly supervisorScript: string;
      readonly toolVersion: string;
    },
    string
  >;
  /** Resolves when all of the run has ended. */
  cancel: Request<RunReference, void>;
  /** The experiments of lockstep.yaml. Throws `experiment-file-wrong`. */
  namedExperiments: Request<{ readonly root: string }, readonly NamedExperiment[]>;
  /** undefined when this machine has no Python. */
  findInterpreter: Request<
    {
      readonly folder: string;
      readonly root: string;
      /** Of the setting; '' when not set. May be relative to `folder`. */
      readonly setting: string;
      /** Of the Python extension. */
      readonly selected: string | undefined;
    },
    FoundInterpreter | undefined
  >;
  /** The words of a command line; `shell` when it needs one, and then the words call it. */
  splitCommand: Request<
    { readonly text: string },
    { readonly argv: readonly string[]; readonly shell: boolean }
  >;
  /** The words that run a script file: its interpreter, its own first line, or a shell. */
  fileCommand: Request<
    { readonly path: string; readonly cwd: string; readonly interpreter: string | undefined },
    readonly string[]
  >;
  /** Lines of a run's log that look like metrics, and whether somebody already said what they are. */
  metricLines: Request<
    RunReference,
    { readonly lines: number; readonly keys: readonly string[]; readonly choice: boolean | undefined }
  >;
  /** What would be charted of the lines of a run, from the first part of its log. */
  metricPreview: Request<RunReference, readonly PreviewedMetric[]>;
  /** Remembers the answer for this command, and charts the lines of this run where it is yes. */
  chooseMetricLines: Request<RunReference & { readonly chart: boolean }, void>;
}
