/** The health of runs for a terminal: one line a run, what is wrong with it below, with the mend. */
import type { HealthProblem, RunHealth } from '../../runs/runHealth.ts';
import type { Colour, Terminal } from '../terminal.ts';
import { shortId } from './describe.ts';
import { printable } from './printable.ts';

/** @param nameOf The name of a run, where it has one. */
export function tellHealth(
  healths: readonly RunHealth[],
  nameOf: (id: string) => string | undefined,
  terminal: Terminal,
): void {
  for (const { runId, problems, unchecked } of healths) {
    const state = stateOf(problems, unchecked);
    const name = nameOf(runId);
    const title = name === undefined ? shortId(runId) : `${shortId(runId)} ${printable(name)}`;
    terminal.out(`${terminal.paint(colours[state], `${marks[state]} ${title}`)}  ${words[state]}\n`);
    for (const { severity, message, mend } of problems) {
      terminal.out(
        `  ${terminal.paint(colours[severity], severityWords[severity])}  ${printable(message)}\n`,
      );
      if (mend !== undefined) terminal.out(`    ${printable(mend)}\n`);
    }
    for (const line of unchecked) terminal.out(terminal.paint('dim', `  not checked: ${printable(line)}\n`));
  }
}

type State = HealthProblem['severity'] | 'well' | 'untold';

function stateOf(problems: readonly HealthProblem[], unchecked: readonly string[]): State {
  if (problems.some(one => one.severity === 'gone')) return 'gone';
  if (problems.length > 0) return 'at-risk';
  return unchecked.length > 0 ? 'untold' : 'well';
}

const marks: Readonly<Record<State, string>> = { gone: '✗', 'at-risk': '!', well: '✓', untold: '?' };

const colours: Readonly<Record<State, Colour>> = {
  gone: 'red',
  'at-risk': 'yellow',
  well: 'green',
  untold: 'yellow',
};

const words: Readonly<Record<State, string>> = {
  gone: 'cannot be reproduced as it was',
  'at-risk': 'at risk',
  well: 'can be reproduced',
  untold: 'nothing is known to be wrong',
};

const severityWords: Readonly<Record<HealthProblem['severity'], string>> = {
  gone: 'gone',
  'at-risk': 'at risk',
};
