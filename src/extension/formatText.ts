/** Numbers, durations and times as this editor shows them everywhere. */
import * as vscode from 'vscode';

export { oneLine } from './formatLine.ts';

/** Four significant digits: 0.4123, 12,000 as 12000, 3.1e-7. NaN and infinities as they are. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e7) return String(value);
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return String(Number(value.toPrecision(4)));
}

/** `41 s`, `2 m`, `3 h 12 m`, `5 d`: as much as matters. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 10) return vscode.l10n.t('{0} s', Number(seconds.toFixed(1)));
  if (seconds < 60) return vscode.l10n.t('{0} s', Math.floor(seconds));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return vscode.l10n.t('{0} m', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return vscode.l10n.t('{0} d', Math.floor(hours / 24));
  return minutes % 60 === 0
    ? vscode.l10n.t('{0} h', hours)
    : vscode.l10n.t('{0} h {1} m', hours, minutes % 60);
}

export function formatTime(iso: string): string {
  return new Date(iso).toLocaleString(vscode.env.language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** The last six characters tell runs apart; the first are the same for decades. */
export function shortId(id: string): string {
  return `…${id.slice(-6)}`;
}
