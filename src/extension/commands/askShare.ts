/** The questions before a run is shared: through which remote, what goes with it, and what looks like a secret. */
import * as vscode from 'vscode';
import { formatBytes } from '../../series/formatBytes.ts';
import { keptFileBytes, mostKeptFileBytes } from '../../sharing/record/keptSizes.ts';
import type { LargeFile } from '../../sharing/record/largeKept.ts';
import type { Finding } from '../../sharing/scan/scanOutgoing.ts';
import type { ShareOutcome } from '../../sharing/shareRun.ts';
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
  readonly choice?: WhatToShare;
}

type WhatToShare = Pick<ShareChoice, 'logs' | 'data' | 'maxSize'>;

/** Says what leaves this machine, and lets the log or the data stay. */
export async function askWhatToShare(
  rows: readonly RunRow[],
  remote: RemotePlace | undefined,
): Promise<WhatToShare | undefined> {
  const { t } = vscode.l10n;
  const what = t('record, metrics, end of the log, verdicts, artifacts, code as it ran, pinned data');
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
      label: t('Share without Artifacts'),
      description: t('without images, artifacts and logged models'),
      iconPath: new vscode.ThemeIcon('file-media'),
      choice: { logs: true, data: true, maxSize: 0 },
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

interface LimitPick extends vscode.QuickPickItem {
  readonly maxSize: number | undefined;
}

/**
 * What happens to files over the limit, each named with its size. The size up to which files go along, undefined for the
 * usual one; `left` where the person leaves the question.
 * @param large Not empty, the largest first.
 */
export async function askLimit(
  row: RunRow,
  large: readonly LargeFile[],
): Promise<number | undefined | 'left'> {
  const { t } = vscode.l10n;
  const limit = formatBytes(keptFileBytes);
  const fitting = large.filter(({ size }) => size <= mostKeptFileBytes);
  const list = (files: readonly LargeFile[]): string => {
    const shown = files.slice(0, 5).map(({ path, size }) => `${oneLine(path, 80)} (${formatBytes(size)})`);
    const more = files.length - shown.length;
    return [...shown, ...(more > 0 ? [t('{0} more', more)] : [])].join(', ');
  };
  const items: LimitPick[] = [
    {
      label: t('Leave Them Here'),
      description: t('a colleague is told that they exist'),
      detail: list(large),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      maxSize: undefined,
    },
    ...(fitting.length === 0
      ? []
      : [
          {
            label: t('Take Them Along'),
            description: formatBytes(fitting.reduce((sum, { size }) => sum + size, 0)),
            detail:
              fitting.length === large.length
                ? list(fitting)
                : t(
                    '{0}; nothing above {1} fits into a record',
                    list(fitting),
                    formatBytes(mostKeptFileBytes),
                  ),
            iconPath: new vscode.ThemeIcon('file-binary'),
            maxSize: fitting[0]?.size,
          },
        ]),
    {
      label: t('Without Artifacts'),
      description: t('without images, artifacts and logged models'),
      iconPath: new vscode.ThemeIcon('file-media'),
      maxSize: 0,
    },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Larger Than {0}: {1}', limit, row.label),
    placeHolder:
      large.length === 1
        ? t('1 file that the run logged is over the limit')
        : t('{0} files that the run logged are over the limit', large.length),
    ignoreFocusOut: true,
  });
  return picked === undefined ? 'left' : picked.maxSize;
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

/** What a colleague will lack, and what went along and names its author, one line each. */
export async function showShared(
  row: RunRow,
  { lacks, naming }: Pick<ShareOutcome, 'lacks' | 'naming'>,
): Promise<void> {
  const { t } = vscode.l10n;
  const kind = vscode.QuickPickItemKind.Separator;
  await vscode.window.showQuickPick(
    [
      ...(lacks.length === 0 ? [] : [{ label: t('A colleague will lack'), kind }]),
      ...lacks.map(lack => ({
        label: oneLine(lack.what, 160),
        description: oneLine(lack.kind, 40),
        detail: oneLine(lack.why, 400),
        iconPath: new vscode.ThemeIcon('circle-slash'),
      })),
      ...(naming.length === 0 ? [] : [{ label: t('Shared as it is, and names you'), kind }]),
      ...naming.map(({ path, what }) => ({
        label: oneLine(path, 160),
        description: oneLine(what, 40),
        iconPath: new vscode.ThemeIcon('account'),
      })),
    ],
    { title: t('What Was Shared of {0}', row.label), matchOnDetail: true, ignoreFocusOut: true },
  );
}
