/**
 * What a shared run would execute, in the person's language: the names of its parts, and the values that are the
 * engine's own words. What the record says stays as it is.
 */
import * as vscode from 'vscode';

export interface SharedFact {
  readonly name: string;
  /** Several lines where it is a list. */
  readonly value: string;
}

export function sharedFact({ name, value }: SharedFact): SharedFact {
  const lines = value.split('\n').map(line => engineWords().get(line) ?? line);
  return { name: partName(name), value: lines.join('\n') };
}

function partName(name: string): string {
  switch (name) {
    case 'command':
      return vscode.l10n.t('Command');
    case 'standard input':
      return vscode.l10n.t('Standard input');
    case 'folder':
      return vscode.l10n.t('Folder');
    case 'code':
      return vscode.l10n.t('Code');
    case 'environment':
      return vscode.l10n.t('Environment');
    case 'packages':
      return vscode.l10n.t('Packages');
    case 'variables':
      return vscode.l10n.t('Variables');
    case 'secrets':
      return vscode.l10n.t('Secrets');
    case 'reads':
      return vscode.l10n.t('Reads');
    case 'writes':
      return vscode.l10n.t('Writes');
    case 'network':
      return vscode.l10n.t('Network');
    case 'from':
      return vscode.l10n.t('From');
    default:
      return name;
  }
}

/** Whole lines of `sharing/confirm/describeWhatRuns.ts`. */
function engineWords(): ReadonlyMap<string, string> {
  return new Map([
    ['the top of a private checkout', vscode.l10n.t('the top of a private checkout')],
    [
      'the top of this workspace, among your files',
      vscode.l10n.t('the top of this workspace, among your files'),
    ],
    ['as it is in this workspace; the run had:', vscode.l10n.t('as it is in this workspace; the run had:')],
    ['not known', vscode.l10n.t('not known')],
    ['this machine, as you', vscode.l10n.t('this machine, as you')],
    ['as this machine has it', vscode.l10n.t('as this machine has it')],
    ['none', vscode.l10n.t('none')],
  ]);
}
