/** What there is of a project's devcontainer right now. Told by looking, never remembered. */
import type { DriftReport } from '../environmentLock.ts';

export interface ContainerState {
  /** Full id. */
  readonly id: string;
  readonly name: string;
  readonly state: 'created' | 'running' | 'paused' | 'exited' | 'dead';
  /** Configuration digest of its image: `sha256:…`. */
  readonly imageId: string;
  /** The user commands run as, and the folder the project is mounted at. */
  readonly remoteUser: string;
  readonly remoteWorkspaceFolder: string;
  /** Over the container's own environment, for every command. */
  readonly remoteEnv: Readonly<Record<string, string>>;
  /** Who made it: `lockstep`, or the Dev Containers extension and other tools. */
  readonly madeBy: 'lockstep' | 'other';
  /** ISO 8601. */
  readonly startedAt?: string;
}

export type StaleReason = {
  /** File relative to the project, or `settings`. */
  readonly what: string;
  readonly how: 'changed' | 'added' | 'removed';
};

export interface EnvironmentState {
  /** devcontainer.json relative to the project, forward slashes; undefined where there is none. */
  readonly config?: string;
  /** `name` in it, else the folder's. */
  readonly name?: string;
  readonly container?: ContainerState;
  /** What changed since the container was made: a rebuild would make another one. */
  readonly stale: readonly StaleReason[];
  readonly lock?: DriftReport;
  /** Which of its lifecycle commands failed when it was made, in a sentence. */
  readonly setUpProblem?: string;
  /** Outcome of the last smoke test inside, where one was made for this container. */
  readonly smokeTest?: SmokeTest;
}

/** What a command inside the container could see of the GPU. */
export interface SmokeTest {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly asked: boolean;
  /** The device itself is visible. */
  readonly visible: boolean;
  readonly devices: readonly string[];
  /** Framework → what it says: `torch` → `{version, sees: 2, cuda: '13.0'}`; absent where it is not installed. */
  readonly frameworks: Readonly<
    Record<string, { readonly version: string; readonly sees: number; readonly detail?: string | undefined }>
  >;
  /** Why it is not as asked, with the mend. */
  readonly problem?: { readonly message: string; readonly mend: string } | undefined;
}
