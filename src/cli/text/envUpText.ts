/** What `env up` and `env rebuild` say when the container is up. */
import type { UpOutcome } from '../../environments/devcontainer/upEnvironment.ts';
import type { Terminal } from '../terminal.ts';
import { hintText, staleText } from './envText.ts';
import { printable } from './printable.ts';

const how: Readonly<Record<UpOutcome['how'], string>> = {
  used: 'is up already',
  started: 'is up again',
  created: 'is up',
};

export function tellUp(terminal: Terminal, outcome: UpOutcome): void {
  const { container } = outcome;
  terminal.out(
    `${printable(container.name)} ${how[outcome.how]}: user ${printable(container.remoteUser)}, project at ${printable(container.remoteWorkspaceFolder)}\n`,
  );
  if (outcome.gpu !== undefined) terminal.out(`${printable(outcome.gpu)}\n`);
  if (outcome.gpuProblem !== undefined)
    terminal.err(`${printable(outcome.gpuProblem.message)}\n  ${printable(outcome.gpuProblem.mend)}\n`);
  for (const warning of outcome.warnings) terminal.err(`${printable(warning)}\n`);
  terminal.err(hintText(outcome.config, outcome.hints));
  terminal.out(staleText(outcome.stale));
}
