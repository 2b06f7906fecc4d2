/** What the Experiments tree consists of. Nodes are identities: what they show is looked up when they are drawn. */
import type { RunHealth } from '../../runs/runHealth.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { OpenProject } from '../projects.ts';
import type { RunContents } from '../worker/runContents.ts';
import type { RunRow } from '../worker/runsView.ts';

export interface ProjectNode {
  readonly kind: 'project';
  readonly id: string;
  readonly project: OpenProject;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly store: string;
  readonly key: string;
  readonly parent: ProjectNode | undefined;
}

export interface RunNode {
  readonly kind: 'run';
  readonly id: string;
  readonly store: string;
  readonly runId: string;
  readonly parent: GroupNode | ChildRunsNode;
}

/** "Child Runs" below a run. */
export interface ChildRunsNode {
  readonly kind: 'childRuns';
  readonly id: string;
  readonly parent: RunNode;
}

/** "Show more": the rest of a long group, or of many child runs. */
export interface MoreNode {
  readonly kind: 'more';
  readonly id: string;
  readonly parent: GroupNode | ChildRunsNode;
  readonly remaining: number;
}

export type SectionName =
  | 'problem'
  | 'health'
  | 'mlflow'
  | 'parameters'
  | 'metrics'
  | 'tags'
  | 'code'
  | 'environment'
  | 'inputs'
  | 'outputs'
  | 'artifacts'
  | 'models'
  | 'datasets'
  | 'media'
  | 'reproductions';

/** A part of an expanded run, as it was read when the run was expanded. */
export interface SectionNode {
  readonly kind: 'section';
  readonly id: string;
  readonly name: SectionName;
  readonly parent: RunNode;
  readonly row: RunRow;
  readonly details: RunDetails;
  readonly contents: RunContents;
  /** Undefined where nobody looked. */
  readonly health?: RunHealth | undefined;
}

/** A folder of artifacts, or of one model. */
export interface FolderNode {
  readonly kind: 'folder';
  readonly id: string;
  readonly parent: SectionNode | FolderNode;
  readonly store: string;
  readonly runId: string;
  /** Relative to the run folder, forward slashes. */
  readonly path: string;
  readonly label: string;
  readonly description: string;
}

export interface LeafNode {
  readonly kind: 'leaf';
  readonly id: string;
  readonly parent: SectionNode | FolderNode;
  readonly label: string;
  readonly description: string;
  readonly tooltip?: string;
  readonly icon: string;
  readonly colour?: string;
  /** Selects the context menu. */
  readonly context?: 'output' | 'artifact' | 'verdict' | 'mendable';
  /** For `output` and `artifact`: absolute path. `verdict`: the id of the reproduction. `mendable`: the problem's code. */
  readonly target?: string;
}

export type TreeNode =
  ProjectNode | GroupNode | RunNode | ChildRunsNode | MoreNode | SectionNode | FolderNode | LeafNode;
