/**
 * What a shared run would execute, in the person's language: the names of its parts, and the values that are the
 * engine's own words. What the record says stays as it is.
 */
import type { Words } from './environment/rows/environmentRow.ts';

export interface SharedFact {
  readonly name: string;
  /** Several lines where it is a list. */
  readonly value: string;
}

export function sharedFact({ name, value }: SharedFact, l10n: Words): SharedFact {
  const words = engineWords(name, l10n);
  const lines = value.split('\n').map(line => words.get(line) ?? line);
  return { name: partName(name, l10n), value: lines.join('\n') };
}

function partName(name: string, l10n: Words): string {
  switch (name) {
    case 'command':
      return l10n.t('Command');
    case 'standard input':
      return l10n.t('Standard input');
    case 'folder':
      return l10n.t('Folder');
    case 'code':
      return l10n.t('Code');
    case 'environment':
      return l10n.t('Environment');
    case 'packages':
      return l10n.t('Packages');
    case 'variables':
      return l10n.t('Variables');
    case 'secrets':
      return l10n.t('Secrets');
    case 'reads':
      return l10n.t('Reads');
    case 'writes':
      return l10n.t('Writes');
    case 'network':
      return l10n.t('Network');
    case 'from':
      return l10n.t('From');
    default:
      return name;
  }
}

/**
 * Whole lines of `sharing/confirm/describeWhatRuns.ts`, by the part that they stand in: what reads alike in a command or
 * in its input is the record's own.
 */
function engineWords(part: string, l10n: Words): ReadonlyMap<string, string> {
  switch (part) {
    case 'folder':
      return new Map([
        ['the top of a private checkout', l10n.t('the top of a private checkout')],
        [
          'the top of this workspace, among your files',
          l10n.t('the top of this workspace, among your files'),
        ],
      ]);
    case 'code':
      return new Map([
        ['as it is in this workspace; the run had:', l10n.t('as it is in this workspace; the run had:')],
        ['not known', l10n.t('not known')],
      ]);
    case 'environment':
      return new Map([['this machine, as you', l10n.t('this machine, as you')]]);
    case 'network':
      return new Map([
        ['as this machine has it', l10n.t('as this machine has it')],
        ['none', l10n.t('none')],
      ]);
    default:
      return new Map();
  }
}
