/**
 * The Experiments tree: a projection of the runs model. Groups are read in pages, so 10,000 runs cost no more than
 * the rows on the screen. A change of values redraws the runs concerned; only a change of places redraws the rest.
 */
import * as vscode from 'vscode';
import type { HealthModel } from '../healthModel.ts';
import { runInView } from '../runWithProgress.ts';
import type { OpenProject } from '../projects.ts';
import type { ModelChange, RunsModel } from '../runsModel.ts';
import type { RunsViewState } from '../runsViewState.ts';
import type { StoreClient } from '../storeClient.ts';
import type { RunRow } from '../worker/runsView.ts';
import { changedPlaces } from './changedPlaces.ts';
import { groupItem, moreItem, projectItem } from './frameItems.ts';
import { groupNode } from './nodeIds.ts';
import { runItem } from './runItem.ts';
import { childRunsItem } from './childRunsItem.ts';
import { folderItem, folderNodes } from './folderNodes.ts';
import { leafItem } from './leafItem.ts';
import { runSections } from './runSections.ts';
import { sectionItem } from './sectionItem.ts';
import { sectionLeaves } from './sectionLeaves.ts';
import { runTooltip } from './runTooltip.ts';
import { ShownRuns } from './shownRuns.ts';
import type {
  ChildRunsNode,
  GroupNode,
  MoreNode,
  ProjectNode,
  RunNode,
  SectionNode,
  TreeNode,
} from './treeNodes.ts';

const pageSize = 100;
const childPageSize = 200;

export class ExperimentsTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #client: StoreClient;
  readonly #model: RunsModel;
  readonly #viewState: RunsViewState;
  readonly #health: HealthModel;
  readonly #changed = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly #subscriptions: { dispose(): unknown }[];
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #runs = new ShownRuns();
  /** Id of a group or of child runs → runs to show; a page where nothing is said. */
  readonly #shown = new Map<string, number>();
  /** Id of child runs → how many there are. */
  readonly #childCounts = new Map<string, number>();

  constructor(client: StoreClient, model: RunsModel, viewState: RunsViewState, health: HealthModel) {
    this.#client = client;
    this.#model = model;
    this.#viewState = viewState;
    this.#health = health;
    this.#subscriptions = [
      this.#changed,
      model.onDidChange(change => void this.#modelChanged(change)),
      viewState.onDidChange(() => this.#shown.clear()),
      health.onDidChange(({ store, ids }) => this.#redraw(store, ids)),
    ];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  rowOf(node: RunNode): RunRow | undefined {
    return this.#runs.rowOf(node);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) return runInView(() => this.#roots());
    switch (node.kind) {
      case 'project':
        return this.#groups(node.project.store, node);
      case 'group':
        return this.#runsOf(node);
      case 'run':
        return this.#sections(node);
      case 'childRuns':
        return this.#childRuns(node);
      case 'section':
        return isFolder(node)
          ? [...(await folderNodes(this.#client, node)), ...sectionLeaves(node)]
          : sectionLeaves(node);
      case 'folder':
        return folderNodes(this.#client, node);
      case 'more':
      case 'leaf':
        return [];
    }
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.kind === 'project' ? undefined : node.parent;
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    switch (node.kind) {
      case 'project':
        return projectItem(node, this.#model.snapshot.outlines.get(node.project.store));
      case 'group':
        return groupItem(node, this.#viewState.view.grouping, this.#model.snapshot.outlines.get(node.store));
      case 'run': {
        const row = this.#runs.rowOf(node);
        return row === undefined
          ? new vscode.TreeItem(node.runId)
          : runItem(node.id, row, Date.now(), this.#health.of(node.store, node.runId));
      }
      case 'childRuns':
        return childRunsItem(node.id, this.#childCounts.get(node.id) ?? 0);
      case 'more':
        return moreItem(node);
      case 'section':
        return sectionItem(node);
      case 'folder':
        return folderItem(node);
      case 'leaf':
        return leafItem(node);
    }
  }

  async resolveTreeItem(
    item: vscode.TreeItem,
    node: TreeNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (node.kind !== 'run') return item;
    const row = this.#runs.rowOf(node);
    if (row === undefined) return item;
    const details = await this.#client
      .request('runDetails', { store: node.store, id: node.runId })
      .catch(() => undefined);
    if (details !== undefined && !token.isCancellationRequested)
      item.tooltip = runTooltip(row, details, this.#health.of(node.store, node.runId));
    return item;
  }

  showMore(node: MoreNode): void {
    this.#shown.set(node.parent.id, this.#limit(node.parent) + pageSize * 5);
    this.#changed.fire(node.parent);
  }

  /** The node of a run in the present view, read in if need be; undefined when the view does not show it. */
  async nodeOf(store: string, id: string): Promise<RunNode | undefined> {
    const place = await this.#client.request('placeOf', { store, id, view: this.#viewState.view });
    if (place === undefined) return undefined;
    const project = this.#model.snapshot.projects.find(candidate => candidate.store === store);
    if (project === undefined) return undefined;
    const parent = this.#runs.interned(groupNode(store, place.group, this.#projectNode(project)));
    if (place.index >= this.#limit(parent)) return undefined;
    const known = this.#runs.runsOf(parent).find(({ runId }) => runId === id);
    if (known !== undefined) return known;
    await this.#runsOf(parent);
    return this.#runs.runsOf(parent).find(({ runId }) => runId === id);
  }

  async #roots(): Promise<TreeNode[]> {
    await this.#model.ready;
    const projects = this.#model.snapshot.projects.filter(
      ({ store }) => (this.#model.snapshot.outlines.get(store)?.total ?? 0) > 0,
    );
    const [only] = projects;
    if (only === undefined) return [];
    if (this.#model.snapshot.projects.length === 1) return this.#groups(only.store, undefined);
    return projects.map(project => this.#runs.interned({ kind: 'project', id: project.store, project }));
  }

  #groups(store: string, parent: ProjectNode | undefined): GroupNode[] {
    const outline = this.#model.snapshot.outlines.get(store);
    return (outline?.groups ?? []).map(({ key }) => this.#runs.interned(groupNode(store, key, parent)));
  }

  async #runsOf(group: GroupNode): Promise<TreeNode[]> {
    const limit = this.#limit(group);
    const { store, key } = group;
    const view = this.#viewState.view;
    const page = await this.#client.request('page', { store, view, group: key, offset: 0, limit });
    const nodes = page.rows.map(row => this.#runs.run(group, store, row));
    this.#runs.load(group, nodes);
    const remaining = page.total - nodes.length;
    if (remaining <= 0) return nodes;
    return [...nodes, { kind: 'more', id: `${group.id}/more`, parent: group, remaining }];
  }

  async #sections(node: RunNode): Promise<TreeNode[]> {
    const row = this.#runs.rowOf(node);
    if (row === undefined) return [];
    const reference = { store: node.store, id: node.runId };
    const [details, contents, { total }] = await Promise.all([
      this.#client.request('runDetails', reference),
      this.#client.request('runContents', reference),
      this.#client.request('childRuns', { ...reference, limit: 0 }),
    ]);
    const sections = runSections(node, row, details, contents, this.#health.of(node.store, node.runId));
    if (total === 0) return sections;
    const id = `${node.id}/childRuns`;
    this.#childCounts.set(id, total);
    const children = this.#runs.interned<ChildRunsNode>({ kind: 'childRuns', id, parent: node });
    const before = sections.findIndex(({ name }) => !aboveChildRuns.has(name));
    const nodes: TreeNode[] = sections;
    return nodes.toSpliced(before < 0 ? nodes.length : before, 0, children);
  }

  async #childRuns(node: ChildRunsNode): Promise<TreeNode[]> {
    const { store, runId: id } = node.parent;
    const { rows, total } = await this.#client.request('childRuns', { store, id, limit: this.#limit(node) });
    const nodes = rows.map(row => this.#runs.run(node, store, row));
    const remaining = total - nodes.length;
    if (remaining <= 0) return nodes;
    return [...nodes, { kind: 'more', id: `${node.id}/more`, parent: node, remaining }];
  }

  /** What is known beside the record changed. */
  #redraw(store: string, ids: ReadonlySet<string>): void {
    const shown = this.#runs.groups.filter(({ node }) => node.store === store);
    this.#changed.fire(shown.flatMap(({ nodes }) => nodes.filter(({ runId }) => ids.has(runId))));
  }

  #projectNode(project: OpenProject): ProjectNode | undefined {
    if (this.#model.snapshot.projects.length === 1) return undefined;
    return this.#runs.interned({ kind: 'project', id: project.store, project });
  }

  #limit({ id, kind }: GroupNode | ChildRunsNode): number {
    return this.#shown.get(id) ?? (kind === 'group' ? pageSize : childPageSize);
  }

  async #modelChanged({ before, now, changed }: ModelChange): Promise<void> {
    if (before.projects !== now.projects) this.#runs.forgetNodes();
    const places = changedPlaces(before.outlines, now.outlines);
    const unknown = [...changed.values()].some(ids => ids.size === 0);
    if (places || unknown || before.projects !== now.projects) {
      this.#runs.forgetLeft(now.outlines);
      this.#changed.fire(undefined);
      return;
    }
    // A child run is drawn with the run that it stands below.
    const concerned = new Map<string, ReadonlySet<string>>();
    for (const [store, ids] of changed)
      concerned.set(store, new Set(await this.#client.request('withParents', { store, ids: [...ids] })));
    const touched = this.#runs.groups.filter(({ node, nodes }) => {
      const ids = concerned.get(node.store);
      return ids !== undefined && nodes.some(({ runId }) => ids.has(runId));
    });
    for (const { node, nodes } of touched) {
      await this.#runsOf(node);
      const ids = concerned.get(node.store);
      this.#changed.fire(nodes.filter(({ runId }) => ids?.has(runId) === true));
    }
  }
}

/** Metrics, parameters and tags say what the run is; its child runs come next. */
const aboveChildRuns: ReadonlySet<string> = new Set(['problem', 'mlflow', 'metrics', 'parameters', 'tags']);

function isFolder({ name }: SectionNode): boolean {
  return name === 'artifacts' || name === 'models';
}
