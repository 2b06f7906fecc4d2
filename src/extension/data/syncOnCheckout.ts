/**
 * Data follows the commit: when HEAD moves, whoever moved it, the pins of both commits are compared, and what differs
 * is synced at once, asked for, or left, as the setting says. In the middle of a rebase or bisect nothing is touched.
 */
import * as vscode from 'vscode';
import { decideSync, type SyncMode, type SyncReason } from '../../data/sync/decideSync.ts';
import type { HeadMove } from '../../data/sync/headWatch.ts';
import type { SyncOutcome } from '../../data/sync/syncToHead.ts';
import type { SyncVerdict } from '../../data/sync/syncVerdict.ts';
import { oneLine } from '../formatText.ts';
import { formatBytes } from '../../series/formatBytes.ts';
import { readSettings } from '../settings.ts';
import { showError } from '../showError.ts';
import type { Credentials } from './credentials.ts';
import type { DataClient } from './dataClient.ts';
import type { DataModel } from './dataModel.ts';
import { fileCount } from './dataWords.ts';
import { runDataTask } from './runDataTask.ts';

/** `auto` asks before it writes more than this. */
const askAboveBytes = 1_000_000_000;

export interface SyncDependencies {
  readonly client: DataClient;
  readonly model: DataModel;
  readonly credentials: Credentials;
  readonly log: vscode.LogOutputChannel;
  readonly memory: vscode.Memento;
}

export class SyncOnCheckout {
  readonly #parts: SyncDependencies;
  /** Root → what is being decided or done there; a newer move takes its place. */
  readonly #running = new Map<string, AbortController>();
  /** Root → commits whose data may still lie in the working tree, because syncing from them did not come to its end. */
  readonly #left = new Map<string, Set<string | undefined>>();

  constructor(parts: SyncDependencies) {
    this.#parts = parts;
  }

  /** HEAD of a working tree moved. Never rejects. */
  async moved(root: string, move: HeadMove): Promise<void> {
    const { client, model, log } = this.#parts;
    this.#running.get(root)?.abort(new DOMException('HEAD moved again.', 'AbortError'));
    const stop = new AbortController();
    this.#running.set(root, stop);
    try {
      const left = this.#left.get(root) ?? new Set();
      for (const from of [move.from, ...(move.through ?? [])]) left.add(from);
      this.#left.set(root, left);
      for (const from of left) {
        const verdict = await client.request('compareHeads', { root, move: { ...move, from } }, stop.signal);
        await this.#follow(root, verdict, stop.signal);
        stop.signal.throwIfAborted();
        left.delete(from);
      }
      if (move.operation === undefined) await this.#remember(root, move.to);
    } catch (error) {
      if (!stop.signal.aborted) void showError(error, log);
    } finally {
      if (this.#running.get(root) === stop) this.#running.delete(root);
      model.changed(root);
    }
  }

  async #remember(root: string, head: string | undefined): Promise<void> {
    await this.#parts.memory.update(headKey(root), head);
  }

  async #follow(root: string, verdict: SyncVerdict, signal: AbortSignal): Promise<void> {
    const { client, model, credentials } = this.#parts;
    const decision = decideSync({
      settings: { mode: modeOf(root), askAboveBytes },
      ...(verdict.operation === undefined ? {} : { operation: verdict.operation }),
      ...{ placeBytes: verdict.toPlace.bytes, paths: verdict.toPlace.paths },
      ...{ fetchFiles: verdict.toFetch.files, fetchBytes: verdict.toFetch.bytes },
      ...(verdict.freeBytes === undefined ? {} : { freeBytes: verdict.freeBytes }),
    });
    if (decision.act === 'nothing' || decision.act === 'leave') return;
    // Placing files runs nothing, but it writes: not before somebody trusts what the pins say.
    if (!vscode.workspace.isTrusted) return;
    const fetch = decision.act === 'sync' ? decision.fetch : await askToSync(verdict, decision.reasons);
    if (fetch === undefined || signal.aborted) return;
    const outcome = await runDataTask(
      model,
      root,
      vscode.l10n.t('Syncing data to {0}', (verdict.to ?? '').slice(0, 7)),
      (cancel, onProgress) =>
        credentials.supply(root, answers =>
          client.request(
            'syncToHead',
            { root, verdict, fetch, answers },
            AbortSignal.any([cancel, signal]),
            onProgress,
          ),
        ),
    );
    if (outcome !== undefined) this.#tell(outcome);
  }

  #tell({ placed, removed, kept, missing }: SyncOutcome): void {
    const { log } = this.#parts;
    for (const { path, why } of kept) log.warn(`data: ${oneLine(path)}: kept, ${oneLine(why, 400)}`);
    for (const { path, why } of missing) log.warn(`data: ${oneLine(path)}: ${oneLine(why, 400)}`);
    const count = placed.length + removed.length;
    const parts = [
      count === 0
        ? vscode.l10n.t('The data does not follow the commit.')
        : count === 1
          ? vscode.l10n.t('1 pinned path follows the commit.')
          : vscode.l10n.t('{0} pinned paths follow the commit.', count),
    ];
    if (kept.length > 0) parts.push(vscode.l10n.t('{0} kept, because they were modified.', kept.length));
    if (missing.length > 0) parts.push(vscode.l10n.t('{0} could not be had.', missing.length));
    if (parts.length === 1) {
      vscode.window.setStatusBarMessage(`$(check) ${parts[0] ?? ''}`, 5000);
      return;
    }
    const showOutput = vscode.l10n.t('Show Output');
    void vscode.window.showWarningMessage(parts.join(' '), showOutput).then(answer => {
      if (answer === showOutput) log.show();
    });
  }
}

/** Where HEAD was when this window last looked; what moved while it was closed is told at the next start. */
export function lastHead(memory: vscode.Memento, root: string): string | undefined {
  return memory.get<string>(headKey(root));
}

function headKey(root: string): string {
  return `lockstep.data.head\n${root}`;
}

function modeOf(root: string): SyncMode {
  return readSettings(vscode.Uri.file(root)).syncOnCheckout;
}

/** Whether to download, too; undefined: leave the data as it is. */
async function askToSync(verdict: SyncVerdict, reasons: readonly SyncReason[]): Promise<boolean | undefined> {
  const { toPlace, toFetch, freeBytes } = verdict;
  const sync = vscode.l10n.t('Sync');
  const parts = [
    toPlace.paths === 1
      ? vscode.l10n.t('1 pinned path differs in this commit: {0} to write.', formatBytes(toPlace.bytes))
      : vscode.l10n.t(
          '{0} pinned paths differ in this commit: {1} to write.',
          toPlace.paths,
          formatBytes(toPlace.bytes),
        ),
  ];
  if (toFetch.files > 0) {
    const amount = [fileCount(toFetch.files), formatBytes(toFetch.bytes)] as const;
    parts.push(
      toFetch.atLeast === true
        ? vscode.l10n.t('At least {0}, {1}, to download.', ...amount)
        : vscode.l10n.t('{0}, {1}, to download.', ...amount),
    );
  }
  if (freeBytes !== undefined) parts.push(vscode.l10n.t('{0} free.', formatBytes(freeBytes)));
  if (reasons.includes('no-room')) {
    parts.unshift(vscode.l10n.t('The data of this commit does not fit on the disk.'));
    void vscode.window.showWarningMessage(parts.join(' '));
    return undefined;
  }
  const without = vscode.l10n.t('Without Download');
  const answers = toFetch.files > 0 ? [sync, without] : [sync];
  const answer = await vscode.window.showInformationMessage(parts.join(' '), ...answers);
  return answer === sync ? toFetch.files > 0 : answer === without ? false : undefined;
}
