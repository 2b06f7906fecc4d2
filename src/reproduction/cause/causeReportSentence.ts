/** The first sentence about what the trials showed: names the culprit, or says honestly that there is none to name. */
import type { CauseReport } from '../../runs/causeReport.ts';
import { isHarmlessDifference } from './harmlessVariable.ts';

export function causeReportSentence(report: CauseReport): string {
  const { control, trials, culprits = [], throughStep, cancelled } = report;
  const through = throughStep === undefined ? '' : ` through step ${throughStep}`;
  const isNoisy = report.noise !== undefined;
  const joins = `${isNoisy ? 'is within the noise of' : 'equals'} the original${through}`;
  const twice = isNoisy ? ', twice' : '';
  const [only] = culprits;
  const [put] = report.since ?? [];
  if (put !== undefined) {
    const others = (report.since ?? []).length - 1;
    return `The cause is the data: ${put.path} was ${put.then.slice(0, 7)} for the run that diverged${others > 0 ? ` (and ${countOf(others, 'more file')})` : ''}; now that it is ${put.now.slice(0, 7)} again, the run ${joins}${twice}.`;
  }
  if (only !== undefined && report.deterministic === false)
    return `The cause is a setting that no run had: with ${only.restored}, two runs equal each other${through}; without it the program is not like itself. Set it for every run.`;
  if (only !== undefined && culprits.length === 1) {
    const stopped = cancelled === true ? ' Stopped before it was narrowed down further.' : '';
    return `The cause is ${labels[only.ingredient]}: with ${only.restored} set back, the run ${joins}${twice}.${stopped}`;
  }
  if (only !== undefined)
    return `It takes several together: with ${list(culprits.map(one => one.restored))} set back, the run ${joins}${twice}; with none of them alone.`;
  if (cancelled === true)
    return control === undefined
      ? 'Stopped before the control trial had ended: nothing is known.'
      : `Stopped after ${countText(trials.length)}: none of them joined the original so far.`;
  if (control?.problem !== undefined)
    return `The control trial could not be made, so nothing can be told: ${control.problem}`;
  if (control?.joins === true && report.elsewhere !== undefined) {
    const { host } = report.elsewhere;
    return `On this machine, with nothing set back, the run ${joins}: what diverged belongs to the machine it ran on${host === '' ? '' : ` (${host})`}.`;
  }
  if (control?.unclear === true)
    return `Nothing can be told: run twice more with nothing set back, it did not stay with one of the two runs${through}. What is between them is hardly more than the noise.`;
  if (control?.joins === true && report.deterministic === true)
    return `Run twice more with nothing set back, it ${joins}: what diverged did not come again.${notTried(report)}`;
  if (control?.joins === true && isNoisy)
    return `Run twice more with nothing set back, it ${joins} both times: what diverged did not come again.`;
  if (control?.joins === true)
    return `The program is not deterministic here: run once more with nothing set back, it ${joins}.`;
  if (report.deterministic === false)
    return 'The program is not deterministic here: run once more with nothing set back, it is like neither of the two runs.';
  const made = trials.filter(trial => trial.problem === undefined);
  const left = notTried(report);
  return made.length === 0
    ? `Nothing could be set back here, so the cause is not found.${left}`
    : `None of ${countText(made.length)} joined the original: the cause is nothing that was set back.${left}`;
}

const labels: Readonly<Record<NonNullable<CauseReport['culprit']>['ingredient'], string>> = {
  code: 'the code',
  data: 'the data',
  parameters: 'a parameter',
  environment: 'the environment',
  hardware: 'the hardware',
  determinism: 'a determinism setting',
};

function notTried({ untried = [], trials }: CauseReport): string {
  const rest = [
    ...untried.map(one => one.restored).filter(line => !isHarmlessDifference(line)),
    ...trials.filter(trial => trial.problem !== undefined).map(trial => trial.restored),
  ];
  return rest.length === 0
    ? ''
    : ` Not tried: ${list(rest.slice(0, 4))}${rest.length > 4 ? ' and more' : ''}.`;
}

function countText(count: number): string {
  return countOf(count, 'trial');
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
