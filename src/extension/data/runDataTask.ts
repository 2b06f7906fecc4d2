/** Runs a data operation with files, bytes and rate in a cancellable notification, and redraws what it changed. */
import type { DataProgress } from '../../data/dataProgress.ts';
import * as vscode from 'vscode';
import { formatBytes } from '../../series/formatBytes.ts';
import { runWithProgress } from '../runWithProgress.ts';
import { fileCount } from './dataWords.ts';
import type { DataModel } from './dataModel.ts';

export async function runDataTask<T>(
  model: DataModel,
  root: string,
  title: string,
  task: (signal: AbortSignal, onProgress: (progress: DataProgress) => void) => Promise<T>,
): Promise<T> {
  try {
    return await runWithProgress(title, (signal, report) => {
      const words = progressWords();
      return task(signal, progress => report(words(progress, performance.now())));
    });
  } finally {
    // Also after a cancel: what was done until then is there.
    model.changed(root);
  }
}

/** `1,200 of 12,400 files · 310 MB of 3.1 GB · 42 MB/s`, the rate over the present phase. */
export function progressWords(): (progress: DataProgress, now: number) => string {
  let phase: DataProgress['phase'] | undefined;
  let startedAt = 0;
  let startedBytes = 0;
  return (progress, now) => {
    if (progress.phase !== phase) {
      phase = progress.phase;
      startedAt = now;
      startedBytes = progress.doneBytes;
    }
    const { doneFiles, totalFiles, doneBytes, totalBytes } = progress;
    const seconds = (now - startedAt) / 1000;
    const bytes = doneBytes - startedBytes;
    const parts = [phaseWord(progress.phase)];
    if (doneFiles > 0 || (totalFiles ?? 0) > 0)
      parts.push(
        totalFiles === undefined
          ? fileCount(doneFiles)
          : vscode.l10n.t('{0} of {1}', doneFiles.toLocaleString(vscode.env.language), fileCount(totalFiles)),
      );
    if (doneBytes > 0)
      parts.push(
        totalBytes === undefined
          ? formatBytes(doneBytes)
          : vscode.l10n.t('{0} of {1}', formatBytes(doneBytes), formatBytes(totalBytes)),
      );
    if (seconds >= 1 && bytes > 0) parts.push(vscode.l10n.t('{0}/s', formatBytes(bytes / seconds)));
    return parts.join(' · ');
  };
}

function phaseWord(phase: DataProgress['phase']): string {
  switch (phase) {
    case 'look':
      return vscode.l10n.t('Looking');
    case 'hash':
      return vscode.l10n.t('Hashing');
    case 'place':
      return vscode.l10n.t('Placing');
    case 'store':
      return vscode.l10n.t('Storing');
    case 'fetch':
      return vscode.l10n.t('Downloading');
    case 'push':
      return vscode.l10n.t('Uploading');
    case 'collect':
      return vscode.l10n.t('Collecting');
  }
}
