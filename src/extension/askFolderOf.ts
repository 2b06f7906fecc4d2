/** Asks where the repository of a link is, when it is not open in this window. */
import * as vscode from 'vscode';
import type { RunLink } from '../sharing/link/runLink.ts';
import { oneLine } from './formatText.ts';

interface FolderPick extends vscode.QuickPickItem {
  readonly folder?: vscode.Uri;
  readonly action?: 'browse' | 'clone';
}

const shownFolders = 30;

/** The folder to open; undefined where the person leaves the question, or clones first. */
export async function askFolderOf({ remote }: RunLink): Promise<vscode.Uri | undefined> {
  // Those of this window have been looked through.
  const open = new Set(vscode.workspace.workspaceFolders?.map(({ uri }) => uri.toString()));
  const recent = (await recentFolders()).filter(folder => !open.has(folder.toString()));
  const items: FolderPick[] = [
    ...recent.map((folder): FolderPick => ({
      label: folder.path.slice(folder.path.lastIndexOf('/') + 1),
      description: folder.fsPath,
      iconPath: new vscode.ThemeIcon('folder'),
      folder,
    })),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    {
      label: vscode.l10n.t('Another Folder…'),
      iconPath: new vscode.ThemeIcon('folder-opened'),
      action: 'browse',
    },
    {
      label: vscode.l10n.t('Clone the Repository…'),
      iconPath: new vscode.ThemeIcon('repo-clone'),
      action: 'clone',
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Which Folder Is the Repository of This Link?'),
    placeHolder: vscode.l10n.t('Choose the clone of {0}', oneLine(remote, 200)),
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked?.action === 'browse') {
    const [folder] =
      (await vscode.window.showOpenDialog({ canSelectFolders: true, canSelectFiles: false })) ?? [];
    return folder;
  }
  if (picked?.action === 'clone') await clone(remote);
  return picked?.folder;
}

/** Whose address it is, the person sees and can change in the question of the Git extension. */
async function clone(remote: string): Promise<void> {
  const agree = vscode.l10n.t('Clone');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Clone {0}?', oneLine(remote, 300)),
    {
      modal: true,
      detail: vscode.l10n.t('The link says where from. Clone only what you know. Then open the link again.'),
    },
    agree,
  );
  if (answer === agree) await vscode.commands.executeCommand('git.clone', remote);
}

/** As the editor remembers them; none where it does not tell. */
async function recentFolders(): Promise<vscode.Uri[]> {
  try {
    const { workspaces = [] } = await vscode.commands.executeCommand<{
      readonly workspaces?: readonly { readonly folderUri?: vscode.Uri }[];
    }>('_workbench.getRecentlyOpened');
    return workspaces
      .map(({ folderUri }) => folderUri)
      .filter(uri => uri instanceof vscode.Uri)
      .slice(0, shownFolders);
  } catch {
    return [];
  }
}
