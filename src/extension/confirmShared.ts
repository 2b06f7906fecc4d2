/**
 * Before anything of a run that somebody else shared is executed, a person here sees its command, image and mounts in
 * a modal message and agrees. The answer is kept in the record, so it is asked once
 * for a private checkout and once for the workspace.
 */
import * as vscode from 'vscode';
import type { ConfirmedPlace } from '../runs/sharedRecord.ts';
import { confirmQuestion } from './confirmQuestion.ts';
import { showShared } from './documents/sharedDocuments.ts';
import { oneLine } from './formatText.ts';
import type { StoreClient } from './storeClient.ts';
import type { RunReference } from './worker/engineRequests.ts';

/** True where nothing needs to be asked, or the person agreed. Who wants to read first is shown it, and asked anew with the next try. */
export async function confirmShared(
  client: StoreClient,
  run: RunReference,
  place: ConfirmedPlace = 'checkout',
): Promise<boolean> {
  const { original, unconfirmed } = await client.request('forecastFacts', { ...run, place });
  if (unconfirmed === undefined) return true;
  const { label } = original;
  const question = confirmQuestion({ label, ...unconfirmed }, vscode.l10n);
  const { message, detail, buttons } = question;
  const answer = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...buttons);
  if (answer === question.show) await showShared(run, place, oneLine(label, 60));
  if (answer !== question.run) return false;
  await client.request('confirmShared', { ...run, place });
  return true;
}
