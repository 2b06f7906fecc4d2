/** How pinned paths look in the tree: the file's own icon, how large it is, and what is not as pinned. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PathVersion } from '../../data/versionHistory.ts';
import { oneLine, shortId } from '../formatText.ts';
import { commandIds } from '../ids.ts';
import { dataRowUri } from './dataRowUri.ts';
import { amountText, changesText, fileCount, lackText, runCount, stateWord } from './dataWords.ts';
import {
  pathOf,
  type DataNode,
  type LineNode,
  type NoteNode,
  type OutputNode,
  type PlaceNode,
} from './dataNodes.ts';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

export function dataItem(node: DataNode): vscode.TreeItem {
  switch (node.kind) {
    case 'place':
      return placeItem(node);
    case 'output':
      return outputItem(node);
    case 'line':
      return lineItem(node);
    case 'note':
      return noteItem(node);
  }
}

function placeItem(node: PlaceNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.place.folder.name, Expanded);
  item.id = node.id;
  item.iconPath = new vscode.ThemeIcon('root-folder');
  item.tooltip = node.place.root;
  item.contextValue = 'place';
  return item;
}

function outputItem({ id, place, status }: OutputNode): vscode.TreeItem {
  const { path, folder, state } = status;
  const item = new vscode.TreeItem(oneLine(path, 200), folder ? Collapsed : None);
  item.id = id;
  const uri = vscode.Uri.file(join(place.root, path));
  item.resourceUri = dataRowUri(uri.fsPath);
  item.iconPath = folder ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  const told = deviation(status);
  item.description = [amountText(status), ...told].filter(part => part !== '').join(' · ');
  item.contextValue = contextOf(status.notSelected === true ? 'left' : state, status.kind, folder);
  item.accessibilityInformation = {
    label: [path, amountText(status), stateWord(state), lackText(status)]
      .filter(part => part !== '')
      .join(', '),
  };
  if (!folder && (state === 'in-sync' || state === 'modified')) item.command = openCommand(uri);
  return item;
}

/** What is not as pinned; nothing where all is well. */
function deviation(status: OutputNode['status']): string[] {
  if (status.notSelected === true) return [vscode.l10n.t('left out in this clone')];
  switch (status.state) {
    case 'in-sync':
      return (status.notInRemote?.files ?? 0) > 0 ? [vscode.l10n.t('not pushed')] : [];
    case 'modified':
      return [changesText(status) || stateWord('modified')];
    case 'missing':
      return [lackText(status) || stateWord('missing')];
    case 'partly':
      return [lackText(status) || stateWord('partly')];
    case 'unpinned':
      return [stateWord('unpinned')];
  }
}

/** @param versions The newest version, where it is known which runs used or made it. */
export function dataTooltip(
  status: OutputNode['status'],
  [version]: readonly PathVersion[],
): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  const line = (words: string): void => {
    text.appendText(words);
    text.appendMarkdown('  \n');
  };
  line(status.path);
  line([stateWord(status.state), changesText(status)].filter(part => part !== '').join(': '));
  const amount = amountText(status);
  if (amount !== '') line(amount);
  if (lackText(status) !== '') line(lackText(status));
  if ((status.notInRemote?.files ?? 0) > 0)
    line(vscode.l10n.t('{0} not in the remote', fileCount(status.notInRemote?.files ?? 0)));
  line(
    status.kind === 'lfs'
      ? vscode.l10n.t('Git LFS, {0}', status.pinned ?? '')
      : status.stage === undefined
        ? `${status.pinFile}, ${status.pinned ?? ''}`
        : vscode.l10n.t('stage {0} of {1}, {2}', status.stage, status.pinFile, status.pinned ?? ''),
  );
  if (version !== undefined) {
    line(
      vscode.l10n.t(
        'since {0} by {1}: {2}',
        version.commit.slice(0, 7),
        oneLine(version.author, 60),
        oneLine(version.subject, 80),
      ),
    );
    const [maker] = version.madeBy;
    if (maker !== undefined) line(vscode.l10n.t('made by run {0}', shortId(maker)));
    if (version.usedBy.length > 0) line(vscode.l10n.t('used by {0}', runCount(version.usedBy.length)));
  }
  return text;
}

function lineItem(node: LineNode): vscode.TreeItem {
  const { id, output, line } = node;
  const item = new vscode.TreeItem(oneLine(line.name, 200), line.folder ? Collapsed : None);
  item.id = id;
  const uri = vscode.Uri.file(join(output.place.root, pathOf(node)));
  item.resourceUri = dataRowUri(uri.fsPath);
  item.iconPath = line.folder ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  const state =
    line.state === 'unsaved'
      ? vscode.l10n.t('not pinned')
      : line.state === 'in-sync'
        ? ''
        : stateWord(line.state);
  item.description = [line.files === undefined ? '' : fileCount(line.files), state]
    .filter(part => part !== '')
    .join(' · ');
  item.contextValue = `dataLine ${line.folder ? 'folder' : 'file'} ${line.state}`;
  item.accessibilityInformation = { label: `${line.name}, ${item.description}` };
  if (!line.folder && line.state !== 'missing') item.command = openCommand(uri);
  return item;
}

function noteItem(node: NoteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, None);
  item.id = node.id;
  item.description = node.description;
  item.tooltip = `${node.label}: ${node.description}`;
  item.iconPath = new vscode.ThemeIcon(
    node.icon,
    node.icon === 'warning' ? new vscode.ThemeColor('list.warningForeground') : undefined,
  );
  if (node.target !== undefined) item.command = openCommand(vscode.Uri.file(node.target));
  return item;
}

function openCommand(uri: vscode.Uri): vscode.Command {
  return { command: commandIds.openData, title: vscode.l10n.t('Open'), arguments: [uri] };
}

/** Words that the menus of package.json look for. */
function contextOf(state: string, kind: string, folder: boolean): string {
  return `data ${kind} ${state} ${folder ? 'folder' : 'file'}`;
}
