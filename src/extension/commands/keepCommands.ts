/** What people note about runs, and taking runs away. */
import * as vscode from 'vscode';
import type { AnnotationChange as Change } from '../../runs/runStore.ts';
import { commandIds } from '../ids.ts';
import type { RunsModel } from '../runsModel.ts';
import type { StoreClient } from '../storeClient.ts';
import type { RunKind, RunRow } from '../worker/runsView.ts';
import { runPathsOf } from '../runFolder.ts';
import type { CommandTable } from './commandHandler.ts';
import type { RunPicker } from './pickRuns.ts';

export function keepCommands(client: StoreClient, model: RunsModel, pick: RunPicker) {
  const annotate = async (rows: readonly RunRow[], change: Change): Promise<void> => {
    for (const [store, ids] of idsByStore(rows)) await client.request('annotate', { store, ids, change });
    for (const [store, ids] of idsByStore(rows)) model.storeChanged({ store, runIds: new Set(ids) });
  };
  const annotateMany =
    (title: string, kind: RunKind, change: Change) =>
    async (...args: readonly unknown[]): Promise<void> => {
      const rows = await pick.many(args, { title, kind });
      if (rows !== undefined) await annotate(rows, change);
    };

  return {
    [commandIds.renameRun]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Rename Run') });
      if (row === undefined) return;
      const name = await vscode.window.showInputBox({
        title: vscode.l10n.t('Rename Run'),
        ignoreFocusOut: true,
        value: row.run.name ?? '',
        placeHolder: row.label,
        prompt: vscode.l10n.t('Name of the run. Leave empty to remove the name.'),
      });
      if (name !== undefined) await annotate([row], { name: name.trim() === '' ? null : name.trim() });
    },
    [commandIds.editNote]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Edit Note') });
      if (row === undefined) return;
      const note = await vscode.window.showInputBox({
        title: vscode.l10n.t('Edit Note'),
        ignoreFocusOut: true,
        value: row.run.note ?? '',
        prompt: vscode.l10n.t('What is worth knowing about this run. Leave empty to remove the note.'),
      });
      if (note !== undefined) await annotate([row], { note: note.trim() === '' ? null : note.trim() });
    },
    [commandIds.editTags]: async (...args) => {
      const rows = await pick.many(args, { title: vscode.l10n.t('Edit Tags') });
      if (rows === undefined) return;
      const change = await askTags(client, rows);
      if (change !== undefined) await annotate(rows, change);
    },
    [commandIds.starRun]: annotateMany(vscode.l10n.t('Star Run'), 'notStarred', { star: true }),
    [commandIds.unstarRun]: annotateMany(vscode.l10n.t('Unstar Run'), 'starred', { star: false }),
    [commandIds.archiveRun]: annotateMany(vscode.l10n.t('Archive Run'), 'notArchived', { archived: true }),
    [commandIds.unarchiveRun]: annotateMany(vscode.l10n.t('Unarchive Run'), 'archived', { archived: false }),
    [commandIds.removeRun]: async (...args) => {
      const chosen = await pick.many(args, { title: vscode.l10n.t('Remove Run') });
      if (chosen === undefined) return;
      const rows = chosen.filter(({ run }) => run.parent === undefined);
      if (rows.length === 0) {
        void vscode.window.showInformationMessage(vscode.l10n.t('A child run is removed with its run.'));
        return;
      }
      const removed = idsByStore(rows);
      for (const [store, ids] of removed) await client.request('removeRuns', { store, ids });
      for (const [store, ids] of removed) model.storeChanged({ store, runIds: new Set(ids) });
      void offerUndo(rows.length, async () => {
        for (const [store, ids] of removed) await client.request('restoreRuns', { store, ids });
        for (const [store, ids] of removed) model.storeChanged({ store, runIds: new Set(ids) });
      });
    },
    [commandIds.copyRunId]: async (...args) => {
      const rows = await pick.many(args, { title: vscode.l10n.t('Copy Run Id') });
      if (rows !== undefined) await vscode.env.clipboard.writeText(rows.map(row => row.run.id).join('\n'));
    },
    [commandIds.openRunFolder]: async (...args) => {
      const row = await pick.one(args, { title: vscode.l10n.t('Open Run Folder') });
      if (row === undefined) return;
      const folder = vscode.Uri.file(runPathsOf(row).dir);
      // The folder lies where the runs are: a desktop can show it, a browser or a remote window opens its plan.
      const local = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
      if (local) await vscode.commands.executeCommand('revealFileInOS', folder);
      else await vscode.commands.executeCommand('vscode.open', vscode.Uri.joinPath(folder, 'plan.json'));
    },
  } satisfies Partial<CommandTable>;
}

function idsByStore(rows: readonly RunRow[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { store, run } of rows) groups.set(store, [...(groups.get(store) ?? []), run.id]);
  return groups;
}

async function offerUndo(count: number, undo: () => Promise<void>): Promise<void> {
  const text = count === 1 ? vscode.l10n.t('Removed 1 run.') : vscode.l10n.t('Removed {0} runs.', count);
  const button = vscode.l10n.t('Undo');
  if ((await vscode.window.showInformationMessage(text, button)) === button) await undo();
}

interface TagPick extends vscode.QuickPickItem {
  readonly tag: string;
}

/** A list with all known tags, those of the runs ticked; what is typed becomes a new one. */
async function askTags(client: StoreClient, rows: readonly RunRow[]): Promise<Change | undefined> {
  const stores = new Set(rows.map(row => row.store));
  const known = (await Promise.all([...stores].map(store => client.request('allTags', { store })))).flat();
  const present = new Set(rows.flatMap(row => row.run.tags));
  const input = vscode.window.createQuickPick<TagPick>();
  try {
    const picks = [...new Set([...known, ...present])].map(tag => ({ tag, label: tag }));
    input.title = vscode.l10n.t('Edit Tags');
    input.placeholder = vscode.l10n.t('Choose tags, or type a new one');
    input.canSelectMany = true;
    input.ignoreFocusOut = true;
    input.items = picks;
    input.selectedItems = picks.filter(({ tag }) => present.has(tag));
    let tickedBefore = tagsOf(input.selectedItems);
    input.onDidChangeValue(value => {
      tickedBefore = tagsOf(input.selectedItems);
      const tag = value.trim();
      const fresh = tag === '' || picks.some(candidate => candidate.tag === tag);
      const selected = input.selectedItems;
      input.items = fresh
        ? picks
        : [{ tag, label: tag, description: vscode.l10n.t('new tag'), alwaysShow: true }, ...picks];
      input.selectedItems = input.items.filter(item => selected.some(({ tag: one }) => one === item.tag));
    });
    const chosen = await new Promise<readonly string[] | undefined>(resolve => {
      input.onDidAccept(() => {
        const ticked = tagsOf(input.selectedItems);
        const typed = input.value.trim();
        // Who ticked something after typing meant the text as a search.
        const isTag = typed !== '' && ticked.join('\n') === tickedBefore.join('\n');
        resolve(isTag ? [...ticked, typed] : ticked);
      });
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
    if (chosen === undefined) return undefined;
    const tags = new Set(chosen);
    return { addTags: [...tags], removeTags: [...present].filter(tag => !tags.has(tag)) };
  } finally {
    input.dispose();
  }
}

function tagsOf(picks: readonly TagPick[]): string[] {
  return picks.map(({ tag }) => tag).sort();
}
