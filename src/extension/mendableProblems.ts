/** Which problems of a run's health a command of the editor mends; for the others the row says what to do. */
import { commandIds } from './ids.ts';

const commands: Readonly<Record<string, string>> = {
  'commit-unpushed': 'git.push',
  'snapshot-local-only': commandIds.shareRun,
  'data-missing': commandIds.fetchData,
  'data-not-in-remote': commandIds.pushData,
};

export function isMendable(code: string): boolean {
  return Object.hasOwn(commands, code);
}

/** The command that mends it; undefined where there is none. */
export function mendingCommand(code: string): string | undefined {
  return isMendable(code) ? commands[code] : undefined;
}
