/** Artifacts and models as folders: each is read when it is opened. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { oneLine } from '../formatText.ts';
import { formatBytes } from '../../series/formatBytes.ts';
import { runPathsOf } from '../runFolder.ts';
import type { StoreClient } from '../storeClient.ts';
import { modelText } from './reportedText.ts';
import type { FolderNode, LeafNode, SectionNode } from './treeNodes.ts';

/** What stands below the section *Artifacts* or *Models*, or below a folder there. */
export async function folderNodes(
  client: StoreClient,
  parent: SectionNode | FolderNode,
): Promise<(FolderNode | LeafNode)[]> {
  if (parent.kind === 'section' && parent.name === 'models') return modelFolders(parent);
  const { store, runId } = parent.kind === 'section' ? parent.parent : parent;
  const folder = parent.kind === 'section' ? 'artifacts' : parent.path;
  const { entries, total } = await client.request('folderEntries', { store, id: runId, folder });
  const { dir } = runPathsOf({ store, run: { id: runId } });
  const nodes = entries.map(({ name, kind, size }): FolderNode | LeafNode => {
    const id = `${parent.id}/${name}`;
    const path = `${folder}/${name}`;
    const label = oneLine(name, 120);
    if (kind === 'folder') return { ...{ kind, id, parent, store, runId, path, label }, description: '' };
    const target = join(dir, path);
    if (kind === 'link')
      return {
        kind: 'leaf',
        id,
        parent,
        label,
        description: vscode.l10n.t('link, not followed'),
        icon: 'link',
      };
    return {
      ...{ kind: 'leaf', id, parent, label, description: formatBytes(size), tooltip: target },
      ...{ icon: 'file', context: 'artifact', target },
    };
  });
  if (total <= nodes.length) return nodes;
  const description = vscode.l10n.t('{0} not shown', total - nodes.length);
  return [
    ...nodes,
    { kind: 'leaf', id: `${parent.id}//more`, parent, label: '…', description, icon: 'ellipsis' },
  ];
}

export function folderItem(node: FolderNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = node.id;
  item.description = node.description;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = 'artifactFolder';
  return item;
}

function modelFolders(parent: SectionNode): FolderNode[] {
  const { store, runId } = parent.parent;
  return (parent.details.reported?.models ?? []).flatMap((model): FolderNode[] => {
    const { id, name, path } = model;
    // What leads out of the run folder is nobody's model.
    if (path === undefined || path.startsWith('/') || path.split('/').includes('..')) return [];
    return [
      {
        ...{ kind: 'folder', id: `${parent.id}/${id}`, parent, store, runId, path },
        ...{ label: oneLine(name, 80), description: modelText(model) },
      },
    ];
  });
}
