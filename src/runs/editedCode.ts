/** What is known of code that somebody changed while a run was going, from its result: for verdicts, forecasts and pages. */
import type { Result } from './result.ts';

export interface EditedCode {
  /** Read by the run after they had been changed: not what the snapshot holds. */
  readonly used: readonly string[];
  /** Of these nobody knows which form was read. */
  readonly open: readonly string[];
}

/** Files of the snapshot. What the run had read before it was changed, or never read, is left out. */
export function editedCode(
  result: Pick<Result, 'codeChangedFiles' | 'changedBeforeUse' | 'changedAfterUse'> | undefined,
): EditedCode {
  const used = result?.changedBeforeUse ?? [];
  const told = new Set([...used, ...(result?.changedAfterUse ?? [])]);
  return { used, open: (result?.codeChangedFiles ?? []).filter(path => !told.has(path)) };
}

/** One sentence without a full stop for each kind there is. */
export function editedCodeLines({ used, open }: EditedCode): string[] {
  return [
    ...(used.length === 0
      ? []
      : [`${some(used)} ${were(used)} changed while it ran, before ${it(used)} ${were(used)} read`]),
    ...(open.length === 0
      ? []
      : [
          `${some(open)} ${were(open)} changed while it ran; whether it read ${it(open, 'them')} before that is not known`,
        ]),
  ];
}

function were(paths: readonly string[]): string {
  return paths.length === 1 ? 'was' : 'were';
}

function it(paths: readonly string[], several = 'they'): string {
  return paths.length === 1 ? 'it' : several;
}

function some(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  return paths.length > 3 ? `${shown} and ${paths.length - 3} more` : shown;
}
