/** What the environment commands say of a devcontainer. */
import type { EnvironmentState, StaleReason } from '../../environments/devcontainer/environmentState.ts';
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
  const { smokeTest } = state;
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
