/** Tells inputs that the run itself wrote to: the file that it left is not the one that it read. */
import type { FileUse } from '../../runs/captured.ts';
import type { Result } from '../../runs/result.ts';
import { volatileOutputReason } from '../comparison/volatileNames.ts';

/** `append`: only added to, `update`: opened to be read and changed, `replace`: read, and then written anew. */
export type Opened = 'append' | 'update' | 'replace';

/** Undefined for what the run only read, and for what it wrote before it read it. */
export function openedAs(
  input: FileUse,
  output: FileUse | undefined,
  result: Pick<Result, 'startedAt'> | undefined,
): Opened | undefined {
  const { opened, modifiedAt = Infinity } = input;
  if (opened === 'append' || opened === 'update') return opened;
  if (opened !== undefined) return 'replace';
  // Records of earlier versions do not say; a time before the start does.
  if (output === undefined || output.how === 'ambiguous' || input.how === 'ambiguous') return undefined;
  if (output.sha256 !== undefined && output.sha256 === input.sha256) return undefined;
  return modifiedAt < Date.parse(result?.startedAt ?? '') - clockToleranceMs ? 'replace' : undefined;
}

/** A log that is added to, the database of a tracker: what it held before decides nothing but itself. */
export function decidesNothing(path: string, opened: Opened): boolean {
  return opened !== 'replace' && volatileOutputReason(path) !== undefined;
}

/** File systems store times more coarsely than the clock tells them. */
const clockToleranceMs = 20;

/** One sentence without a full stop: what keeps anybody from giving it to a reproduction. */
export function lostText({ path, how }: Pick<FileUse, 'path' | 'how'>, opened: Opened): string {
  if (how === 'ambiguous' && opened === 'append')
    return `${path} existed before the run, and a program that nobody observed wrote to it; what it held before is not recorded`;
  switch (opened) {
    case 'append':
      return `${path} existed before the run and was appended to; its earlier content was not kept`;
    case 'update':
      return `${path} existed before the run and was changed by it; its earlier content was not kept`;
    case 'replace':
      return `${path} was overwritten after the run had read it; what it held then is gone`;
  }
}
