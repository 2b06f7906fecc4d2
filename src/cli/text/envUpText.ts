/** What `env up` and `env rebuild` say when the container is up. */
import type { UpOutcome, UsedLock } from '../../environments/devcontainer/upEnvironment.ts';
import { driftLine } from '../../environments/drift/driftReport.ts';
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
  if (outcome.fromLock !== undefined) tellUsedLock(terminal, outcome.fromLock);
  for (const warning of outcome.warnings) terminal.err(`${printable(warning)}\n`);
  terminal.err(hintText(outcome.config, outcome.hints));
  terminal.out(staleText(outcome.stale));
}

function tellUsedLock({ out }: Terminal, { how: used, drift }: UsedLock): void {
  if (used !== 'rebuilt') {
    out(`${usedLock[used]}\n`);
    return;
  }
  const differing = (drift?.items ?? []).filter(one => one.weight === 'must-match');
  const lines = differing.map(one => `  ${printable(driftLine(one))}\n`).join('');
  const problems = (drift?.problems ?? []).map(one => `Not compared: ${printable(one)}\n`).join('');
  out('The locked image is gone, so it was built anew from the locked images that it starts from.\n');
  out(lines === '' ? '' : `It is not what the lock says:\n${lines}`);
  out(problems === '' && lines === '' ? 'Its packages are those of the lock.\n' : problems);
}

const usedLock: Readonly<Record<Exclude<UsedLock['how'], 'rebuilt'>, string>> = {
  image: 'From the locked image.',
  pulled: 'From the locked image, which was pulled.',
  changed: 'The files have changed since the lock, so it was built as they are now. See: lockstep env verify',
};
