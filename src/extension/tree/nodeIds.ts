/**
 * Ids of the tree's nodes: the store, the group and the run, a line each. VS Code keeps by them what stands open, so
 * they say where a node stands and never what it shows.
 */
import type { ChildRunsNode, GroupNode, ProjectNode } from './treeNodes.ts';

export function groupNode(store: string, key: string, parent: ProjectNode | undefined): GroupNode {
  return { kind: 'group', id: `${store}\n${key}`, store, key, parent };
}

export function runNodeId(parent: GroupNode | ChildRunsNode, runId: string): string {
  return `${parent.id}\n${runId}`;
}

/** Store, group and run: the first three lines of the id of anything below a run. */
export function topRunOf(id: string): string {
  return id
    .split('\n', 3)
    .join('\n')
    .replace(/\/childRuns$/, '');
}
