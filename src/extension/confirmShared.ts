/**
 * Before anything of a run that somebody else shared is executed, a person here sees its command, image and mounts in
 * a modal message and agrees. The answer is kept in the record, so it is asked once
 * for a private checkout and once for the workspace.
 */
import * as vscode from 'vscode';
import type { ConfirmedPlace } from '../runs/sharedRecord.ts';
import { oneLine } from './formatText.ts';
import { sharedFact } from './sharedFacts.ts';
import type { StoreClient } from './storeClient.ts';
import type { RunReference } from './worker/engineRequests.ts';

/** A modal message has no room for more; what is left out is counted. */
const shownLines = 24;
const shownCharacters = 1200;

/** True where nothing needs to be asked, or the person agreed. */
export async function confirmShared(
  client: StoreClient,
  run: RunReference,
  place: ConfirmedPlace = 'checkout',
): Promise<boolean> {
  const { original, unconfirmed } = await client.request('forecastFacts', { ...run, place });
  if (unconfirmed === undefined) return true;
  const from =
    unconfirmed.sharedBy === '' ? vscode.l10n.t('somebody else') : oneLine(unconfirmed.sharedBy, 80);
  const lines = unconfirmed.facts
    .map(fact => sharedFact(fact, vscode.l10n))
    .flatMap(({ name, value }) => factLines(name, value));
  const detail = [
    ...lines.slice(0, shownLines),
    ...(lines.length > shownLines ? [vscode.l10n.t('… {0} more lines', lines.length - shownLines)] : []),
  ].join('\n');
  const agree = vscode.l10n.t('Run This');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('{0} came from {1}. Run what it says on this machine?', oneLine(original.label, 80), from),
    { modal: true, detail },
    agree,
  );
  if (answer !== agree) return false;
  await client.request('confirmShared', { ...run, place });
  return true;
}

/** The first lines of a list; a command is told as long as it is read by anybody, and how much is left out. */
function factLines(name: string, value: string): string[] {
  const [first = '', ...more] = value.split('\n');
  const cut = first.length - shownCharacters;
  const text = oneLine(first, shownCharacters);
  const line = cut > 0 ? vscode.l10n.t('{0} (and {1} more characters)', text, cut) : text;
  return [`${oneLine(name, 60)}: ${line}`, ...more.map(one => `  ${oneLine(one, 200)}`)];
}
