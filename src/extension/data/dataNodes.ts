/** What the Data & Models tree consists of. Nodes are identities: what they show is looked up when they are drawn. */
import type { PathStatus } from '../../data/operations/dataStatus.ts';
import type { OpenPlace } from './dataModel.ts';
import type { FolderLine } from './host/dataRequests.ts';

/** Only where the window holds several working trees with data. */
export interface PlaceNode {
  readonly kind: 'place';
  readonly id: string;
  readonly place: OpenPlace;
}

/** A pinned file or folder. */
export interface OutputNode {
  readonly kind: 'output';
  readonly id: string;
  readonly parent: PlaceNode | undefined;
  readonly place: OpenPlace;
  readonly status: PathStatus;
}

/** A file or folder in a pinned folder, on disk or not. */
export interface LineNode {
  readonly kind: 'line';
  readonly id: string;
  readonly parent: OutputNode | LineNode;
  readonly output: OutputNode;
  /** Relative to the pinned folder, forward slashes. */
  readonly inside: string;
  readonly line: FolderLine;
}

/** Something to read: a pin file that cannot be understood, "and 300 more". */
export interface NoteNode {
  readonly kind: 'note';
  readonly id: string;
  readonly parent: PlaceNode | OutputNode | LineNode | undefined;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Absolute: what a click opens. */
  readonly target?: string;
}

export type DataNode = PlaceNode | OutputNode | LineNode | NoteNode;

/** The working tree and path (relative to its root) that a node stands for. */
export function pathOf(node: OutputNode | LineNode): string {
  return node.kind === 'output' ? node.status.path : `${node.output.status.path}/${node.inside}`;
}
