/** Words for what a program said about its run through a tracking library. */
import * as vscode from 'vscode';
import type { MediaKind } from '../../protocol/mediaProtocol.ts';
import type { ReportedModel } from '../../runs/reported.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { oneLine } from '../formatText.ts';

/** Tags that libraries set for themselves would hide what the person set. */
export function shownTags({ reported }: RunDetails): readonly (readonly [tag: string, value: string])[] {
  return Object.entries(reported?.tags ?? {}).filter(([tag]) => !/^(?:mlflow|lockstep)\./.test(tag));
}

export function modelText({ step, registeredAs, version }: ReportedModel): string {
  const parts: string[] = [];
  if (registeredAs !== undefined)
    parts.push(
      version === undefined
        ? vscode.l10n.t('registered as {0}', oneLine(registeredAs, 60))
        : vscode.l10n.t('registered as {0}, version {1}', oneLine(registeredAs, 60), oneLine(version, 20)),
    );
  if (step !== undefined) parts.push(vscode.l10n.t('step {0}', step));
  return parts.join(' · ');
}

export function ownServerText(): string {
  return vscode.l10n.t('Logs to your own MLflow server; not mirrored.');
}

export function mediaWord(kind: MediaKind): string {
  switch (kind) {
    case 'image':
      return vscode.l10n.t('images');
    case 'histogram':
      return vscode.l10n.t('histograms');
    case 'text':
      return vscode.l10n.t('texts');
    case 'table':
      return vscode.l10n.t('tables');
    case 'file':
      return vscode.l10n.t('files');
  }
}
