/** The questions before a run is shared: through which remote, what goes with it, and what looks like a secret. */
import * as vscode from 'vscode';
import type { Lack } from '../../sharing/findLacks.ts';
import type { Finding } from '../../sharing/scan/scanOutgoing.ts';
import { oneLine } from '../formatText.ts';
import type { RunRow } from '../worker/runsView.ts';
import type { RemotePlace, ShareChoice } from '../worker/shareRequests.ts';

/** Undefined where there is nothing to choose; `left` where the person leaves the question. */
export async function askRemote(
  remotes: readonly RemotePlace[],
  title: string,
): Promise<RemotePlace | undefined | 'left'> {
  if (remotes.length < 2) return remotes[0];
  const picked = await vscode.window.showQuickPick(
    remotes.map(remote => ({
      remote,
      label: oneLine(remote.name, 60),
      description: oneLine(remote.url, 200),
      iconPath: new vscode.ThemeIcon('repo'),
    })),
    { title, placeHolder: vscode.l10n.t('Choose a remote') },
  );
  return picked?.remote ?? 'left';
}

interface SharePick extends vscode.QuickPickItem {
  readonly choice?: Pick<ShareChoice, 'logs' | 'data'>;
}

/** Says what leaves this machine, and lets the log or the data stay. */
export async function askWhatToShare(
  rows: readonly RunRow[],
  remote: RemotePlace | undefined,
): Promise<Pick<ShareChoice, 'logs' | 'data'> | undefined> {
  const { t } = vscode.l10n;
  const what = t('record, metrics, end of the log, verdicts, code as it ran, pinned data');
  const items: SharePick[] = [
    {
      label: t('Share'),
      description: what,
      iconPath: new vscode.ThemeIcon('repo-push'),
      choice: { logs: true, data: true },
    },
    {
      label: t('Share without the Log'),
      iconPath: new vscode.ThemeIcon('output'),
      choice: { logs: false, data: true },
    },
    {
      label: t('Share without Pushing Data'),
      description: t('a colleague needs it from elsewhere'),
      iconPath: new vscode.ThemeIcon('database'),
      choice: { logs: true, data: false },
    },
  ];
  const name = rows.length === 1 ? (rows[0]?.label ?? '') : t('{0} runs', rows.length);
  const picked = await vscode.window.showQuickPick(items, {
    title:
      remote === undefined
        ? t('Share {0}', name)
        : t('Share {0} through {1} ({2})', name, oneLine(remote.name, 40), oneLine(remote.url, 120)),
    placeHolder: t('Who can read the repository can read what is shared. It is scanned for secrets first.'),
  });
  return picked?.choice;
}

interface FindingPick extends vscode.QuickPickItem {
  readonly finding?: Finding;
}

/** The paths that may be sent all the same; undefined where nothing is to be sent. */
export async function askWhetherToAllow(
  row: RunRow,
  findings: readonly Finding[],
  root: string,
): Promise<readonly string[] | undefined> {
  const { t } = vscode.l10n;
  const open: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('go-to-file'),
    tooltip: t('Open File'),
  };
  const input = vscode.window.createQuickPick<FindingPick>();
  try {
    input.title = t('Not Shared: {0}', row.label);
    input.placeholder = t('Tick what may be sent all the same, or leave this to send nothing');
    input.canSelectMany = true;
    input.ignoreFocusOut = true;
    input.matchOnDescription = true;
    input.items = findings.map((finding): FindingPick => ({
      label: oneLine(finding.line === undefined ? finding.path : `${finding.path}:${finding.line}`, 200),
      description: oneLine(finding.what, 200),
      iconPath: new vscode.ThemeIcon('warning'),
      // What stands in the record is no file of the workspace.
      ...(root === '' || finding.path.startsWith('record/') ? {} : { buttons: [open] }),
      finding,
    }));
    input.onDidTriggerItemButton(({ item }) => void openFinding(item.finding, root));
    const ticked = await new Promise<readonly FindingPick[] | undefined>(resolve => {
      input.onDidAccept(() => resolve(input.selectedItems));
      input.onDidHide(() => resolve(undefined));
      input.show();
    });
    const paths = new Set(ticked?.flatMap(({ finding }) => (finding === undefined ? [] : [finding.path])));
    return paths.size === 0 ? undefined : [...paths];
  } finally {
    input.dispose();
  }
}

async function openFinding(finding: Finding | undefined, root: string): Promise<void> {
  if (finding === undefined) return;
  const line = Math.max(0, (finding.line ?? 1) - 1);
  const file = vscode.Uri.joinPath(vscode.Uri.file(root), finding.path);
  const selection = new vscode.Range(line, 0, line, 0);
  try {
    await vscode.window.showTextDocument(file, { selection, preview: true });
  } catch {
    // The run had the file; the workspace has it no more.
    await vscode.commands.executeCommand('vscode.open', file);
  }
}

/** What a colleague will lack, one line each. */
export async function showLacks(row: RunRow, lacks: readonly Lack[]): Promise<void> {
  await vscode.window.showQuickPick(
    lacks.map(({ what, why, kind }) => ({
      label: oneLine(what, 160),
      description: oneLine(kind, 40),
      detail: oneLine(why, 400),
      iconPath: new vscode.ThemeIcon('circle-slash'),
    })),
    {
      title: vscode.l10n.t('What a Colleague Will Lack of {0}', row.label),
      matchOnDetail: true,
      ignoreFocusOut: true,
    },
  );
}
