/** How the state of data is said, in one place: tree, tooltips, Source Control and status bar use the same words. */
import * as vscode from 'vscode';
import type { DataStatus, PathState, PathStatus } from '../../data/operations/dataStatus.ts';
import { formatBytes } from '../../series/formatBytes.ts';

export function stateWord(state: PathState): string {
  switch (state) {
    case 'in-sync':
      return vscode.l10n.t('in sync');
    case 'modified':
      return vscode.l10n.t('modified');
    case 'missing':
      return vscode.l10n.t('not here');
    case 'partly':
      return vscode.l10n.t('partly here');
    case 'unpinned':
      return vscode.l10n.t('never made');
  }
}

export function fileCount(files: number): string {
  return files === 1
    ? vscode.l10n.t('1 file')
    : vscode.l10n.t('{0} files', files.toLocaleString(vscode.env.language));
}

export function runCount(runs: number): string {
  return runs === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', runs);
}

/** `12,400 files · 3.1 GB`, as the pin says. */
export function amountText({ folder, files, size }: PathStatus): string {
  return [folder && files !== undefined ? fileCount(files) : '', size === undefined ? '' : formatBytes(size)]
    .filter(part => part !== '')
    .join(' · ');
}

/** `2.2 GB to fetch`: what the cache lacks. */
export function lackText({ notInCache }: PathStatus): string {
  if (notInCache === undefined || notInCache.files === 0) return '';
  return notInCache.bytes === undefined
    ? vscode.l10n.t('{0} to fetch', fileCount(notInCache.files))
    : vscode.l10n.t('{0} to fetch', formatBytes(notInCache.bytes));
}

/** `3 added, 1 deleted`. */
export function changesText({ changes }: PathStatus): string {
  if (changes === undefined) return '';
  const { added, modified, deleted } = changes;
  return [
    modified > 0 ? vscode.l10n.t('{0} modified', modified) : '',
    added > 0 ? vscode.l10n.t('{0} added', added) : '',
    deleted > 0 ? vscode.l10n.t('{0} deleted', deleted) : '',
  ]
    .filter(part => part !== '')
    .join(', ');
}

export interface DataCounts {
  readonly modified: number;
  /** Missing, whole or in part. */
  readonly behind: number;
  readonly toPush: number;
}

/** What counts for "in sync": paths left out by choice, and outputs that no stage has made yet, do not. */
export function countsOf(status: DataStatus): DataCounts {
  const counted = status.paths.filter(path => path.notSelected !== true);
  return {
    modified: counted.filter(({ state }) => state === 'modified').length,
    behind: counted.filter(({ state }) => state === 'missing' || state === 'partly').length,
    toPush: counted.filter(({ notInRemote }) => (notInRemote?.files ?? 0) > 0).length,
  };
}

/** `data in sync`, or what is not: the part of the status bar, and what stands beside the title of the view. */
export function summaryWords({ modified, behind, toPush }: DataCounts): string {
  const parts = [
    behind > 0 ? vscode.l10n.t('{0} behind', behind) : '',
    modified > 0 ? vscode.l10n.t('{0} modified', modified) : '',
    toPush > 0 ? vscode.l10n.t('{0} not pushed', toPush) : '',
  ].filter(part => part !== '');
  return parts.length === 0 ? vscode.l10n.t('in sync') : parts.join(', ');
}
