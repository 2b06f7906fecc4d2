/**
 * What the Experiments tree has on the screen: its nodes, one object for each id, because VS Code knows nodes by
 * identity; the rows of runs; and the groups that were read. What a group took along is forgotten with it.
 */
import type { RunOutline, RunRow } from '../worker/runsView.ts';
import { runNodeId, topRunOf } from './nodeIds.ts';
import type { ChildRunsNode, GroupNode, ProjectNode, RunNode, TreeNode } from './treeNodes.ts';

export interface LoadedGroup {
  readonly node: GroupNode;
  readonly nodes: readonly RunNode[];
}

export class ShownRuns {
  readonly #loaded = new Map<string, LoadedGroup>();
  /** Run node id → its row. */
  readonly #rows = new Map<string, RunRow>();
  readonly #nodes = new Map<string, TreeNode>();

  get groups(): readonly LoadedGroup[] {
    return [...this.#loaded.values()];
  }

  rowOf({ id }: Pick<RunNode, 'id'>): RunRow | undefined {
    return this.#rows.get(id);
  }

  runsOf({ id }: GroupNode): readonly RunNode[] {
    return this.#loaded.get(id)?.nodes ?? [];
  }

  load(node: GroupNode, nodes: readonly RunNode[]): void {
    this.#loaded.set(node.id, { node, nodes });
  }

  run(parent: GroupNode | ChildRunsNode, store: string, row: RunRow): RunNode {
    const id = runNodeId(parent, row.run.id);
    this.#rows.set(id, row);
    return this.interned({ kind: 'run', id, store, runId: row.run.id, parent });
  }

  interned<Node extends ProjectNode | GroupNode | RunNode | ChildRunsNode>(node: Node): Node {
    const known = this.#nodes.get(node.id);
    // An id tells its kind: a store path, with a group key, with a run id.
    if (known !== undefined) return known as Node;
    this.#nodes.set(node.id, node);
    return node;
  }

  forgetNodes(): void {
    this.#nodes.clear();
  }

  /** Rows of groups that are gone would be kept for ever. */
  forgetLeft(outlines: ReadonlyMap<string, RunOutline>): void {
    for (const [id, { node, nodes }] of this.#loaded) {
      if (outlines.get(node.store)?.groups.some(({ key }) => key === node.key) === true) continue;
      this.#loaded.delete(id);
      const left = new Set(nodes.map(run => run.id));
      for (const key of [...this.#rows.keys()])
        if (left.has(topRunOf(key))) {
          this.#rows.delete(key);
          this.#nodes.delete(key);
        }
    }
  }
}
