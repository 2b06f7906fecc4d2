/** Opens changed files in VS Code's own editors: one file in the diff editor, several in the one for many. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CodeChanges } from '../worker/codeRequests.ts';
import { codeFileUri } from './codeFiles.ts';

const submoduleMode = '160000';

/** At most this many files are opened at once. */
const mostFiles = 500;

export async function showCodeDiff(title: string, changes: CodeChanges): Promise<void> {
  const files = changes.files.filter(
    ({ oldMode, newMode }) => oldMode !== submoduleMode && newMode !== submoduleMode,
  );
  if (files.length === 0) {
    void vscode.window.showInformationMessage(
      changes.gaps.length === 0
        ? vscode.l10n.t('No code differs.')
        : vscode.l10n.t('No recorded code differs. Not recorded: {0}', changes.gaps.slice(0, 5).join(', ')),
    );
    return;
  }
  const { root, from, to } = changes;
  const pairs = files.slice(0, mostFiles).map(({ path, oldPath, status }) => ({
    path,
    before: status === 'A' ? undefined : codeFileUri({ root, tree: from, path: oldPath ?? path }),
    after: status === 'D' ? undefined : codeFileUri({ root, tree: to, path }),
  }));
  const [only] = pairs;
  if (only?.before !== undefined && only.after !== undefined && pairs.length === 1) {
    const fileTitle = `${basename(only.path)} · ${title}`;
    await vscode.commands.executeCommand('vscode.diff', only.before, only.after, fileTitle);
    return;
  }
  const resources = pairs.map(({ path, before, after }) => [
    vscode.Uri.file(`${root}/${path}`),
    before,
    after,
  ]);
  await vscode.commands.executeCommand('vscode.changes', title, resources);
}
