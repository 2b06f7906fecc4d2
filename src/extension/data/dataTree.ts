/**
 * The Data & Models tree: every pinned path of the commit, also what is not on disk. Folders are read when they are
 * opened, from their listing in the cache and from disk.
 */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { errorText } from '../../base/systemError.ts';
import { oneLine } from '../formatText.ts';
import { signalOf } from '../runWithProgress.ts';
import type { DataClient } from './dataClient.ts';
import { dataItem, dataTooltip } from './dataItem.ts';
import type { DataModel, OpenPlace } from './dataModel.ts';
import type { DataNode, LineNode, NoteNode, OutputNode, PlaceNode } from './dataNodes.ts';

/** Lines shown of one folder: more cannot be looked at, and VS Code draws them all. */
const lineLimit = 1000;

export class DataTree implements vscode.TreeDataProvider<DataNode> {
  readonly #client: DataClient;
  readonly #model: DataModel;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #subscriptions: { dispose(): unknown }[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(client: DataClient, model: DataModel) {
    this.#client = client;
    this.#model = model;
    this.#subscriptions = [this.#changed, model.onDidChange(() => this.#changed.fire(undefined))];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  getTreeItem(node: DataNode): vscode.TreeItem {
    return dataItem(node);
  }

  /** Which runs used or made it takes a look into the history, and only where somebody wants to know. */
  async resolveTreeItem(
    item: vscode.TreeItem,
    node: DataNode,
    token: vscode.CancellationToken,
  ): Promise<vscode.TreeItem> {
    if (node.kind !== 'output') return item;
    const { root } = node.place;
    const versions = await this.#client
      .request('versions', { root, path: node.status.path, limit: 1 }, signalOf(token))
      .catch(() => []);
    item.tooltip = dataTooltip(node.status, versions);
    return item;
  }

  getParent(node: DataNode): DataNode | undefined {
    return node.kind === 'place' ? undefined : node.parent;
  }

  async getChildren(node?: DataNode): Promise<DataNode[]> {
    if (node === undefined) return this.#roots();
    switch (node.kind) {
      case 'place':
        return this.#outputs(node.place, node);
      case 'output':
        return node.status.folder ? this.#lines(node, node, '') : [];
      case 'line':
        return node.line.folder ? this.#lines(node.output, node, node.inside) : [];
      case 'note':
        return [];
    }
  }

  async #roots(): Promise<DataNode[]> {
    await this.#model.ready;
    const places = this.#model.snapshot.places.filter(({ hasData }) => hasData);
    const [only] = places;
    if (only === undefined) return [];
    if (places.length === 1) return this.#outputs(only, undefined);
    return places.map((place): PlaceNode => ({ kind: 'place', id: place.root, place }));
  }

  #outputs(place: OpenPlace, parent: PlaceNode | undefined): DataNode[] {
    const { views, failures } = this.#model.snapshot;
    const status = views.get(place.root)?.status;
    const failure = failures.get(place.root);
    const notes = (status?.problems ?? []).map(({ path, what }): NoteNode => ({
      ...{ kind: 'note', id: `${place.root}\n!${path}\n${what}`, parent, icon: 'warning' },
      ...{ label: oneLine(path), description: oneLine(what), target: join(place.root, path) },
    }));
    if (failure !== undefined)
      notes.unshift({
        ...{ kind: 'note', id: `${place.root}\n!`, parent, icon: 'error' },
        ...{ label: vscode.l10n.t('Cannot be read'), description: oneLine(errorText(failure), 400) },
      });
    return [
      ...notes,
      ...(status?.paths ?? []).map((path): OutputNode => ({
        ...{ kind: 'output', id: `${place.root}\n${path.path}`, parent, place, status: path },
      })),
    ];
  }

  async #lines(output: OutputNode, parent: OutputNode | LineNode, inside: string): Promise<DataNode[]> {
    const { root } = output.place;
    const found = await this.#client.request('folderLines', {
      ...{ root, output: output.status.path, inside, limit: lineLimit },
    });
    const modified = new Set(
      (output.status.changes?.files ?? [])
        .filter(({ change }) => change === 'modified')
        .map(({ path }) => path),
    );
    const nodes: DataNode[] = found.lines.map((line): LineNode => {
      const path = inside === '' ? line.name : `${inside}/${line.name}`;
      const node = { kind: 'line', id: `${output.id}\n${path}`, parent, output, inside: path } as const;
      return { ...node, line: modified.has(path) ? { ...line, state: 'modified' } : line };
    });
    const note = (id: string, label: string, description: string, icon: string): NoteNode => ({
      ...{ kind: 'note', id: `${output.id}\n${inside}\n${id}`, parent, label, description, icon },
    });
    if (found.listingMissing)
      nodes.unshift(
        note(
          '!listing',
          vscode.l10n.t('The list of its files is not here'),
          vscode.l10n.t('Fetch it to see them all'),
          'cloud-download',
        ),
      );
    if (found.total > found.lines.length)
      nodes.push(
        note('!more', '…', vscode.l10n.t('{0} not shown', found.total - found.lines.length), 'ellipsis'),
      );
    return nodes;
  }
}
