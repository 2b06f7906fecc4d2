/**
 * The typed request map between the extension host and the thread that looks at engines, GPUs and environments. All
 * values are plain data (structured clone). To add one: a line here and its handler in environmentHandlers.ts.
 */
import type { EnvironmentProgress } from '../../../environments/devcontainer/environmentProgress.ts';
import type { EnvironmentState } from '../../../environments/devcontainer/environmentState.ts';
import type { DriftReport } from '../../../environments/environmentLock.ts';
import type { EngineProblem } from '../../../environments/engine/engine.ts';
import type { GpuProblem, HostGpu } from '../../../environments/gpu/gpuHost.ts';
import type { OptionValues } from '../../../environments/templates/template.ts';
import type { Handlers } from '../../thread/answerRequests.ts';
import type { Request } from '../../thread/threadMessages.ts';

/** What of the settings decides about engines and GPUs. */
export interface EngineChoice {
  /** `docker`, `podman`, an endpoint or the name of a Docker context; '' for the first that is found. */
  readonly engine: string;
  /** Indexes or UUIDs; empty for what devcontainer.json asks for. */
  readonly gpus: readonly string[] | 'none';
}

export interface EngineView {
  /** `Docker`, `Podman`. */
  readonly name: string;
  readonly version: string;
  readonly endpoint: string;
  readonly rootless: boolean;
  readonly remote: boolean;
}

export interface MachineView {
  readonly engine?: EngineView;
  readonly engineProblem?: EngineProblem;
  readonly gpus: readonly HostGpu[];
  readonly gpuProblems: readonly GpuProblem[];
  readonly driver?: string;
  readonly maxCuda?: string;
  /** The editor itself runs in the devcontainer: its engine is outside. */
  readonly inside?: true;
}

/** What a GPU is doing, and for whom. */
export interface GpuUse {
  readonly gpus: readonly HostGpu[];
  /** Runs of Lockstep that compute: the GPU's UUID, where the driver tells it, and the run's id. */
  readonly runs: readonly { readonly gpu?: string; readonly run: string }[];
}

/** Why something could not be told, in words. */
export interface ToldProblem {
  readonly message: string;
  readonly mend?: string;
}

export interface LockView {
  /** Relative to the project, forward slashes. */
  readonly path: string;
  /** Of the file's bytes, hex. */
  readonly sha256: string;
  readonly kind: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Of Python packages; absent where the lock names none. */
  readonly packages?: number;
  /** `3.12.3`. */
  readonly python?: string;
}

export interface ProjectEnvironment {
  readonly root: string;
  /** devcontainer.json files of the project, relative, forward slashes. */
  readonly configs: readonly string[];
  /** Of its devcontainer; absent where it has none or it could not be read. */
  readonly state?: EnvironmentState;
  readonly problem?: ToldProblem;
  readonly lock?: LockView;
  readonly lockProblem?: ToldProblem;
  /** How the environment compares with its lock. */
  readonly drift?: DriftReport;
  /** The interpreter that a run would use, where there is no devcontainer. */
  readonly interpreter?: string;
}

export interface EnvironmentView {
  readonly machine: MachineView;
  readonly projects: readonly ProjectEnvironment[];
}

export interface LookRequest extends EngineChoice {
  readonly projects: readonly { readonly root: string; readonly interpreter?: string }[];
  /** Finds the engine and the GPUs again. */
  readonly afresh: boolean;
}

/** One option of a template with the values that go with those chosen before. */
export interface OfferedOption {
  readonly name: string;
  readonly description: string;
  /** The proposed one first. */
  readonly values: readonly string[];
  readonly proposed: string;
}

export interface OfferedTemplate {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface EnvironmentProposal {
  readonly templates: readonly OfferedTemplate[];
  /** Id of the template that the project's files ask for. */
  readonly template: string;
  readonly options: OptionValues;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  /** Files that were not read, with why. */
  readonly unread: readonly ToldProblem[];
}

export interface CreatedView {
  /** Relative to the root. */
  readonly files: readonly string[];
  /** Replaced path → where its copy lies. */
  readonly kept: Readonly<Record<string, string>>;
}

/** Every action names the project by `root`. */
type In<Params> = Params & EngineChoice & { readonly root: string };

export interface UpView {
  readonly name: string;
  readonly how: 'used' | 'started' | 'created';
  readonly gpu?: string;
  readonly gpuProblem?: ToldProblem;
  readonly warnings: readonly string[];
}

export interface LockedView {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** False where the file said the same before. */
  readonly changed: boolean;
  /** What makes the lock weaker than it could be, a sentence each. */
  readonly notes: readonly string[];
}

interface ByInterpreter {
  /** Of the Python environment; for a project without a devcontainer. */
  readonly interpreter: string | undefined;
}

/** A program to start in a terminal. */
export interface TerminalCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface EnvironmentRequests {
  /** The working tree that `folder` belongs to. */
  findRoot: Request<{ readonly folder: string }, string>;
  look: Request<LookRequest, EnvironmentView>;
  sampleGpus: Request<null, GpuUse>;
  /** From now on it is told when a container begins or ends. Asked again, it follows the engine chosen now. */
  follow: Request<EngineChoice, void>;
  unfollow: Request<null, void>;
  propose: Request<{ readonly root: string }, EnvironmentProposal>;
  /** The next question after `chosen`, with the values that go with it; undefined when all is said. */
  nextOption: Request<
    { readonly template: string; readonly chosen: OptionValues; readonly proposed: OptionValues },
    OfferedOption | undefined
  >;
  create: Request<
    {
      readonly root: string;
      readonly template: string;
      readonly options: OptionValues;
      readonly force: boolean;
    },
    CreatedView
  >;
  up: Request<In<{ readonly config?: string | undefined }>, UpView>;
  rebuild: Request<In<{ readonly config?: string | undefined }>, UpView>;
  /** Resolves with the names of what was stopped or removed. */
  down: Request<In<{ readonly remove: boolean }>, readonly string[]>;
  /** `replace`: also over a lock that cannot be read, or that a newer version made. */
  lock: Request<In<ByInterpreter & { readonly toolVersion: string; readonly replace: boolean }>, LockedView>;
  /** Everything short of asking registries. */
  verify: Request<In<ByInterpreter>, DriftReport>;
  /** A shell inside. Rejects where nothing runs. */
  terminal: Request<In<object>, TerminalCommand>;
  /** What the last start or rebuild printed; '' where there was none. */
  buildLog: Request<In<object>, string>;
}

/** Something about containers changed. */
export interface EnvironmentNotice {
  readonly kind: 'containers';
}

export type EnvironmentHandlers = Handlers<EnvironmentRequests, EnvironmentProgress>;
