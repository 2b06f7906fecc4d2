/** What the environment commands say of a devcontainer. */
import type { EnvironmentState, StaleReason } from '../../environments/devcontainer/environmentState.ts';
import type { DriftReport } from '../../environments/environmentLock.ts';
import type { ConfigHint } from '../../environments/devcontainer/readDevcontainer.ts';
import { printable, printableLines } from './printable.ts';

/** `.devcontainer/Dockerfile changed`, one line each. */
export function staleText(stale: readonly StaleReason[]): string {
  if (stale.length === 0) return '';
  const lines = stale.map(({ what, how }) => `  ${printable(what)} ${how}\n`).join('');
  return `Changed since the container was made:\n${lines}To make it anew: lockstep env rebuild\n`;
}

export function hintText(config: string, hints: readonly ConfigHint[]): string {
  return hints
    .map(({ line, column, message }) => `${printable(config)}:${line}:${column}: ${printable(message)}\n`)
    .join('');
}

/** `Lock: as it says`, `Lock: 2 differences`; looked at without going inside. */
function lockLine({ verdict, items }: DriftReport): string {
  const count = items.filter(({ weight }) => weight === 'must-match').length;
  switch (verdict) {
    case 'drifted':
      return `Lock: ${count === 1 ? '1 difference' : `${count} differences`}; lockstep env verify names ${count === 1 ? 'it' : 'them'}`;
    case 'clean':
      return 'Lock: files and container are as it says';
    case 'unlocked':
    case 'unknown':
      return 'Lock: could not be compared; lockstep env verify says why';
  }
}

export function stateText(state: EnvironmentState): string {
  if (state.config === undefined)
    return 'This project has no devcontainer.\n  Make one: lockstep env create\n';
  const { container } = state;
  const lines = [`${printable(state.name ?? state.config)} (${printable(state.config)})`];
  if (container === undefined) lines.push('Not up. Start it: lockstep env up');
  else {
    const by = container.madeBy === 'other' ? ', made by another tool' : '';
    lines.push(
      `Container ${printable(container.name)} ${container.state}${by}`,
      `User ${printable(container.remoteUser)}, project at ${printable(container.remoteWorkspaceFolder)}`,
      `Image ${container.imageId.slice(0, 19)}`,
    );
  }
  const { smokeTest, setUpProblem, lock } = state;
  if (setUpProblem !== undefined)
    lines.push(`! ${printable(setUpProblem)}`, '  → Mend it, then: lockstep env rebuild');
  if (lock !== undefined) lines.push(lockLine(lock));
  if (smokeTest !== undefined)
    lines.push(
      smokeTest.visible
        ? `GPU inside: ${smokeTest.devices.map(printable).join(', ')}`
        : smokeTest.asked
          ? `GPU inside: none. ${printableLines(smokeTest.problem?.message ?? '')}`
          : 'GPU inside: none, none was asked for',
    );
  return `${lines.join('\n')}\n${staleText(state.stale)}`;
}
