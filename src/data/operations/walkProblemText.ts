/** What was left out of a pinned folder, or could not be read, as sentences without a full stop. */
import type { WalkProblem } from '../walk/walkBatch.ts';

export function walkProblemText({ kind, reason }: WalkProblem): string {
  return `${texts[kind]}${kind === 'unreadable' && reason !== undefined ? ` (${reason})` : ''}`;
}

/** Left out of every pin as DVC leaves it out; the rest of {@link WalkProblem} stops the pin. */
export function isLeftOut({ kind }: WalkProblem): boolean {
  return kind === 'link-to-folder' || kind === 'nested-repository';
}

const texts: Readonly<Record<WalkProblem['kind'], string>> = {
  'link-to-folder': 'a link to a folder is not followed',
  'nested-repository': 'a data repository of its own',
  unreadable: 'cannot be read',
  'broken-link': 'a link to nothing',
  special: 'neither a file nor a folder',
  'bad-name': 'its name is not UTF-8',
  'ignore-file': 'a .dvcignore inside a pinned folder',
};
