/** What the Experiments tree consists of. Nodes are identities: what they show is looked up when they are drawn. */
import type { RunDetails } from '../../runs/runDetails.ts';
import type { OpenProject } from '../projects.ts';
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
  readonly parent: GroupNode;
}

/** "Show more": the rest of a long group. */
export interface MoreNode {
  readonly kind: 'more';
  readonly id: string;
  readonly parent: GroupNode;
  readonly remaining: number;
}

export type SectionName =
  'parameters' | 'metrics' | 'code' | 'environment' | 'inputs' | 'outputs' | 'reproductions' | 'problem';

/** A part of an expanded run, as it was read when the run was expanded. */
export interface SectionNode {
  readonly kind: 'section';
  readonly id: string;
  readonly name: SectionName;
  readonly parent: RunNode;
  readonly row: RunRow;
  readonly details: RunDetails;
}

export interface LeafNode {
  readonly kind: 'leaf';
  readonly id: string;
  readonly parent: SectionNode;
  readonly label: string;
  readonly description: string;
  readonly tooltip?: string;
  readonly icon: string;
  readonly colour?: string;
  /** Selects the context menu. */
  readonly context?: 'output' | 'verdict';
  /** For `output`: absolute path. For `verdict`: the id of the reproduction. */
  readonly target?: string;
}

export type TreeNode = ProjectNode | GroupNode | RunNode | MoreNode | SectionNode | LeafNode;
