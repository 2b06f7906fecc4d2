/** Whether the pinned files follow a checkout at once, after a question, or not: a pure decision with its reasons. */

/**
 * `auto`: at once what is local and small, ask otherwise. `always`: at once, downloads included. `ask`: always ask.
 * `never`: leave the files as they are.
 */
export type SyncMode = 'auto' | 'always' | 'ask' | 'never';

export const syncModes: readonly SyncMode[] = ['auto', 'always', 'ask', 'never'];

export interface SyncSettings {
  readonly mode: SyncMode;
  /** With `auto`: more bytes than these to write ask first. */
  readonly askAboveBytes: number;
}

export const defaultSyncSettings: SyncSettings = { mode: 'auto', askAboveBytes: 1_000_000_000 };

/** What git is in the middle of; pinned files then stay as they are. */
export type GitOperation = 'rebase' | 'bisect' | 'merge' | 'cherry-pick' | 'revert' | 'am';

export interface SyncQuestion {
  readonly settings: SyncSettings;
  readonly operation?: GitOperation;
  /** Bytes that would be written in the working tree. */
  readonly placeBytes: number;
  readonly fetchFiles: number;
  readonly fetchBytes: number;
  /** Of the file system that the files go to, and of the one that downloads go to when it is another. */
  readonly freeBytes?: number;
  /** Pinned paths that would be written, removed or fetched. */
  readonly paths: number;
}

export type SyncReason = 'setting' | 'large' | 'download' | 'no-room';

export type SyncDecision =
  /** Nothing differs. */
  | { readonly act: 'nothing' }
  | { readonly act: 'sync'; readonly fetch: boolean }
  /** Ask with the numbers of the verdict; `reasons` in the order in which they matter. */
  | { readonly act: 'ask'; readonly reasons: readonly SyncReason[] }
  | { readonly act: 'leave'; readonly because: 'setting' | GitOperation };

export function decideSync(question: SyncQuestion): SyncDecision {
  const { settings, operation, placeBytes, fetchFiles, fetchBytes, freeBytes, paths } = question;
  if (paths === 0) return { act: 'nothing' };
  if (operation !== undefined) return { act: 'leave', because: operation };
  if (settings.mode === 'never') return { act: 'leave', because: 'setting' };
  const reasons: SyncReason[] = [];
  // Whatever the setting: nobody wants to find out on a full disk.
  if (freeBytes !== undefined && placeBytes + fetchBytes > freeBytes) reasons.push('no-room');
  if (settings.mode === 'ask') reasons.push('setting');
  if (settings.mode === 'auto') {
    if (fetchFiles > 0) reasons.push('download');
    if (placeBytes > settings.askAboveBytes) reasons.push('large');
  }
  return reasons.length > 0 ? { act: 'ask', reasons } : { act: 'sync', fetch: fetchFiles > 0 };
}
