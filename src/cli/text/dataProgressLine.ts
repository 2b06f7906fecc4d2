/** One line that is written over while data moves: what, how much of how much, how fast. Only where standard error is a terminal. */
import type { DataProgress } from '../../data/dataProgress.ts';
import type { Terminal } from '../terminal.ts';
import { countText, durationText, sizeText } from './describe.ts';
import { printable } from './printable.ts';
import { cutText } from './textWidth.ts';

export interface ProgressLine {
  readonly show: (progress: DataProgress) => void;
  /** Takes the line away; what is printed next begins at the left. */
  readonly clear: () => void;
}

const everyMs = 100;

export function dataProgressLine(
  terminal: Terminal,
  wanted: boolean,
  now: () => number = () => performance.now(),
): ProgressLine {
  let shownAt = -Infinity;
  let visible = false;
  let begun: { readonly phase: string; readonly at: number; readonly bytes: number } | undefined;
  return {
    show(progress) {
      if (!wanted || !terminal.liveErr) return;
      const at = now();
      if (begun?.phase !== progress.phase) begun = { phase: progress.phase, at, bytes: progress.doneBytes };
      if (at - shownAt < everyMs) return;
      shownAt = at;
      visible = true;
      const seconds = (at - begun.at) / 1000;
      const rate = seconds < 0.5 ? undefined : (progress.doneBytes - begun.bytes) / seconds;
      terminal.err(`\r\u001b[K${cutText(progressText(progress, rate), terminal.width - 1)}`);
    },
    clear() {
      if (visible) terminal.err('\r\u001b[K');
      visible = false;
    },
  };
}

const verbs: Readonly<Record<DataProgress['phase'], string>> = {
  look: 'Looking',
  hash: 'Hashing',
  place: 'Placing',
  store: 'Storing',
  fetch: 'Fetching',
  push: 'Pushing',
  collect: 'Collecting',
};

/** `Fetching 312 of 4,000 files, 1.2 of 40.1 GB, 85 MB/s, 7 m 50 s left  data/raw/a.png`. `rate` in bytes a second. */
export function progressText(progress: DataProgress, rate?: number): string {
  const { phase, doneFiles, totalFiles, doneBytes, totalBytes, path } = progress;
  const files =
    totalFiles === undefined
      ? countText(doneFiles, 'file')
      : `${doneFiles.toLocaleString('en-US')} of ${countText(totalFiles, 'file')}`;
  const parts = [`${verbs[phase]} ${files}`];
  if (doneBytes > 0 || (totalBytes ?? 0) > 0)
    parts.push(
      totalBytes === undefined ? sizeText(doneBytes) : `${sizeText(doneBytes)} of ${sizeText(totalBytes)}`,
    );
  if (rate !== undefined && rate > 0) {
    parts.push(`${sizeText(rate)}/s`);
    const left = totalBytes === undefined ? undefined : (totalBytes - doneBytes) / rate;
    if (left !== undefined && left >= 1) parts.push(`${durationText(left * 1000)} left`);
  }
  return parts.join(', ') + (path === undefined ? '' : `  ${printable(path)}`);
}
