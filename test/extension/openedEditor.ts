/** The editor that the suite runs in, as its tests see it: the workspace, the tree as text, real runs. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { LockstepApi } from '../../src/extension/extension.ts';
import { waitFor } from '../helpers/waitFor.ts';

/** A node of the tree; what is in it is the extension's own business. */
export type Node = object;

export interface OpenedEditor {
  /** The opened folder, a git repository. */
  readonly folder: string;
  readonly tree: vscode.TreeDataProvider<Node>;
  /** The Data & Models tree. */
  readonly data: vscode.TreeDataProvider<Node>;
  readonly environment: vscode.TreeDataProvider<Node>;
}

export async function openedEditor(): Promise<OpenedEditor> {
  const extension = vscode.extensions.getExtension<LockstepApi>('lockstep.lockstep');
  if (extension === undefined) throw new Error('The extension is not there.');
  const { experiments, data, environment } = await extension.activate();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  if (folder === undefined) throw new Error('No folder is open.');
  return {
    folder,
    tree: experiments as vscode.TreeDataProvider<Node>,
    data: data as unknown as vscode.TreeDataProvider<Node>,
    environment: environment as unknown as vscode.TreeDataProvider<Node>,
  };
}

/**
 * The tree as a picture: one line a row, two spaces a level, `icon label  description`. Times and ids are replaced,
 * because they differ each time. Without `deep` runs stay closed.
 */
export async function picture({ tree }: Pick<OpenedEditor, 'tree'>, deep = false): Promise<string> {
  const lines: string[] = [];
  const draw = async (node: Node | undefined, indent: string): Promise<void> => {
    for (const child of (await tree.getChildren(node)) ?? []) {
      const item = await tree.getTreeItem(child);
      const icon = item.iconPath instanceof vscode.ThemeIcon ? `${item.iconPath.id} ` : '';
      const text = `${icon}${labelOf(item)}  ${String(item.description ?? '')}`;
      lines.push(`${indent}${text}`.trimEnd());
      if (deep || !/\brun\b/.test(item.contextValue ?? '')) await draw(child, `${indent}  `);
    }
  };
  await draw(undefined, '');
  return lines
    .join('\n')
    .replaceAll(/\b\d+(?:\.\d+)? s\b/g, 'TIME')
    .replaceAll(/…[0-9A-HJKMNP-TV-Z]{6}\b/g, '…RUNID')
    .replaceAll(/\b[0-9a-f]{8}\b/g, 'HASH')
    .replaceAll(/(CPython|Python) 3[.\d]+/g, 'Python VERSION')
    .replaceAll(/\d+ packages/g, 'N packages');
}

/** Waits until the picture is as expected. */
export async function waitForPicture(editor: OpenedEditor, expected: string, deep = false): Promise<void> {
  let seen = '';
  await waitFor(
    'the tree to look as expected',
    async () => {
      seen = await picture(editor, deep);
      return seen === expected;
    },
    { describe: () => `the tree is:\n${seen}\n\nnot:\n${expected}`, deadlineMs: 40_000, everyMs: 100 },
  );
}

/** The row whose label is `label`, wherever it stands. */
export async function rowOf({ tree }: OpenedEditor, label: string): Promise<Node> {
  const search = async (node: Node | undefined): Promise<Node | undefined> => {
    for (const child of (await tree.getChildren(node)) ?? []) {
      const item = await tree.getTreeItem(child);
      if (matchesLabel(labelOf(item), label)) return child;
      const found = /\brun\b/.test(item.contextValue ?? '') ? undefined : await search(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return waitFor(`a row called ${label}`, () => search(undefined), {
    describe: () => picture({ tree }),
  });
}

/** The tree cuts long labels in the middle. */
function matchesLabel(shown: string, label: string): boolean {
  const [start = '', end] = shown.split('…', 2);
  return end === undefined ? shown === label : label.startsWith(start) && label.endsWith(end);
}

/** Writes a script into the workspace and runs it as *Run File as Experiment* does. */
export async function runScript(editor: OpenedEditor, name: string, lines: readonly string[]): Promise<void> {
  const path = join(editor.folder, name);
  await writeFile(path, lines.join('\n') + '\n');
  await vscode.commands.executeCommand('lockstep.file.run', vscode.Uri.file(path));
}

function labelOf({ label }: vscode.TreeItem): string {
  return typeof label === 'string' ? label : (label?.label ?? '');
}

/**
 * Takes all runs away, cancelling what still runs, so that each test starts from an empty tree. The folders tell when
 * it is done: the tree is empty for a moment, too, when a run goes from one group to another.
 */
export async function removeAllRuns(editor: OpenedEditor): Promise<void> {
  await waitFor(
    'all runs to go',
    async () => {
      const rows = await runRows(editor);
      const live = rows.filter(({ item }) => item.contextValue?.includes('live') === true);
      const [command, chosen] =
        live.length > 0 ? ['lockstep.run.cancel', live] : ['lockstep.run.remove', rows];
      const nodes = chosen.map(({ node }) => node);
      if (nodes.length > 0) {
        await vscode.commands.executeCommand(command, nodes[0], nodes);
        return false;
      }
      return (await runFolders(editor)).length === 0;
    },
    { deadlineMs: 40_000, everyMs: 50, describe: () => picture(editor) },
  );
}

/** Run folders, which stand in folders named after the ends of their ids; absolute. */
export async function runFolders({ folder }: Pick<OpenedEditor, 'folder'>): Promise<string[]> {
  const runs = join(folder, '.git', 'lockstep', 'runs');
  const parents = await readdir(runs).catch(() => []);
  const found = parents.map(async parent =>
    (await readdir(join(runs, parent))).map(name => join(runs, parent, name)),
  );
  return (await Promise.all(found)).flat();
}

async function runRows({ tree }: OpenedEditor): Promise<{ node: Node; item: vscode.TreeItem }[]> {
  const rows: { node: Node; item: vscode.TreeItem }[] = [];
  const search = async (node: Node | undefined): Promise<void> => {
    for (const child of (await tree.getChildren(node)) ?? []) {
      const item = await tree.getTreeItem(child);
      if (/\brun\b/.test(item.contextValue ?? '')) rows.push({ node: child, item });
      else await search(child);
    }
  };
  await search(undefined);
  return rows;
}
