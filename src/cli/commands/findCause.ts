/** `lockstep find-cause`: short reruns with one ingredient set back at a time, until the curves join. */
import { hostname } from 'node:os';
import packageJson from '../../../package.json' with { type: 'json' };
import { operationSentence } from '../../reproduction/cause/causeSentences.ts';
import { findCause } from '../../reproduction/cause/findCause.ts';
import type { CausePlan, CauseProgress } from '../../reproduction/cause/findCause.ts';
import { readProbes } from '../../reproduction/probe/readProbes.ts';
import { failureText } from '../../reproduction/verdict/explainedItems.ts';
import type { RunEnd } from '../../reproduction/verdict/gradeReproduction.ts';
import type { CauseReport } from '../../runs/causeReport.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { runPaths } from '../../runs/runPaths.ts';
import type { RunStore } from '../../runs/runStore.ts';
import { askYes } from '../askYes.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { noReproduction, wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { countText, durationText, numberText, shortId } from '../text/describe.ts';
import { printable } from '../text/printable.ts';

export const findCauseCommand: Subcommand = {
  name: 'find-cause',
  async run(words, context) {
    const parser = newCommand(
      'find-cause',
      'Find out why a run diverged: it is run again in short trials, each with one difference set back, until the curves join.',
      context,
    )
      .argument('<reproduction>', 'a reproduction, or a run of which one has a verdict')
      .argument(
        '[other]',
        'then the first is the original, and this any other run, whose code may be another one',
      )
      .option(
        '--record-operations',
        'record what each operation computes (PyTorch 2.10 and newer), to name the first that differs',
      )
      .option('--yes', 'without asking')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<{ recordOperations?: boolean; yes?: boolean; json?: boolean }>();
    const { runs, project } = await openRuns(context);
    const { original, other } = await pairOf(runs, parser.args);
    const { terminal } = context;
    const stop = new AbortController();
    let going = flags.yes === true;
    const onInterrupt = (): void => {
      if (stop.signal.aborted) process.exit(exitCodes.cancelled);
      // Before that there is nothing to keep.
      if (going) terminal.err('\nlockstep: stopping after this trial is cancelled; what was found is kept\n');
      stop.abort();
    };
    process.on('SIGINT', onInterrupt);
    try {
      const report = await findCause(
        {
          ...{ original, other, store: project.store, root: project.root },
          ...{ toolVersion: packageJson.version, variables: context.env },
          recordOperations: flags.recordOperations === true,
          signal: stop.signal,
          confirm: async plan => {
            if (stop.signal.aborted) return false;
            tellPlan(plan, context);
            const what = `up to ${countText(plan.mostTrials, 'trial')}`;
            going = await askYes('Go on?', context, { yes: flags.yes === true, what });
            return going && !stop.signal.aborted;
          },
          onProgress: progress => tellProgress(progress, context),
        },
        { node: context.node, supervisorScript: context.supervisorScript },
      );
      if (report === undefined) return exitCodes.cancelled;
      if (flags.json === true) terminal.out(jsonText(report));
      else tellReport(report, await isProbedHere(project.store, report.runId), context);
      if (report.cancelled === true) return exitCodes.cancelled;
      return report.culprit === undefined ? exitCodes.impossible : exitCodes.done;
    } catch (error) {
      if (going || !stop.signal.aborted) throw error;
      return exitCodes.cancelled;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};

async function pairOf(
  runs: RunStore,
  [first = '', second]: readonly string[],
): Promise<{ original: RunDetails; other: RunDetails }> {
  const one = await runs.read(await runs.resolve(first));
  if (second !== undefined) {
    const other = await runs.read(await runs.resolve(second));
    if (other.id === one.id) throw wrongUse('a run cannot be compared with itself', 'lockstep find-cause');
    return { original: one, other };
  }
  const reproduces = one.plan?.reproduces;
  if (reproduces !== undefined) return { original: await runs.read(reproduces), other: one };
  // A verdict that somebody else brought says nothing of this machine.
  const own = one.verdicts.filter(verdict => verdict.broughtBy === undefined);
  const newest = own.findLast(verdict => verdict.verdict === 'diverged') ?? own.at(-1);
  if (newest === undefined) throw noReproduction(one.id);
  return { original: one, other: await runs.read(newest.reproductionId) };
}

function tellPlan(plan: CausePlan, { terminal }: CliContext): void {
  const { divergence, noise, ends, trials, untried, estimateMs, packageSources } = plan;
  if (divergence !== undefined)
    terminal.err(
      `The runs part ${noise === undefined ? '' : 'beyond their noise '}at step ${numberText(divergence.step)} of ${printable(divergence.key)}; each trial runs through step ${numberText(plan.throughStep ?? divergence.step)}${noise === undefined ? '' : ', and once more where it comes within the noise of the original'}.\n`,
    );
  else if (ends !== undefined)
    terminal.err(
      `The original ${printable(endText(ends.original))}, the other run ${printable(endText(ends.other))}; each trial runs to its end.\n`,
    );
  else terminal.err('Only outputs differ, so each trial runs to its end.\n');
  terminal.err('To be set back, the likeliest first, after a control with nothing set back:\n');
  for (const trial of trials) terminal.err(`  ${printable(trial.restored)}\n`);
  for (const fixed of plan.fixing)
    terminal.err(`  where the program is not like itself, two runs with ${printable(fixed.restored)}\n`);
  if (trials.length === 0) terminal.err('  nothing that is recorded differs and could be set back\n');
  if (packageSources.length > 0)
    terminal.err('Where packages have to be installed again, these come from elsewhere than an index:\n');
  for (const source of packageSources) terminal.err(`  ${printable(source)}\n`);
  for (const one of untried)
    terminal.err(
      terminal.paintErr('dim', `  not tried: ${printable(one.restored)} (${printable(one.problem)})\n`),
    );
  const together =
    estimateMs === undefined
      ? ''
      : `, about ${durationText(estimateMs)} each and ${durationText(estimateMs * plan.mostTrials)} in all, besides making environments`;
  terminal.err(`Up to ${countText(plan.mostTrials, 'trial')}${together}.\n`);
}

function tellProgress(progress: CauseProgress, { terminal }: CliContext): void {
  const name = printable(progress.restored ?? 'control, nothing set back');
  if (progress.kind === 'trial') {
    terminal.err(`${progress.number}. ${name} …\n`);
    return;
  }
  const { joins, identicalThrough, apartAt, unclear, end, problem } = progress.outcome;
  const how =
    problem !== undefined
      ? `could not be made: ${printable(problem)}`
      : joins === true
        ? 'joins the original'
        : unclear === true
          ? 'is near both runs, which tells nothing'
          : end !== undefined
            ? `does not join the original: it ${printable(endText(end))}`
            : apartAt !== undefined
              ? `is apart by more than noise from step ${numberText(apartAt)} on`
              : identicalThrough === undefined
                ? 'differs from the first value on'
                : `differs after step ${numberText(identicalThrough)}`;
  terminal.err(`   ${terminal.paintErr(joins === true ? 'green' : 'dim', how)}\n`);
}

function endText(end: RunEnd): string {
  return end.state === 'failed' ? `failed with ${failureText(end)}` : end.state;
}

async function isProbedHere(store: string, id: string): Promise<boolean> {
  return (await readProbes(runPaths(store, id).dir)).some(({ probe }) => probe.host === hostname());
}

/** @param probed How far it is apart by itself is known here already. */
function tellReport(report: CauseReport, probed: boolean, { terminal }: CliContext): void {
  const found = report.culprit !== undefined;
  terminal.out(`${terminal.paint(found ? 'green' : 'yellow', printable(report.sentence))}\n`);
  const { operation } = report;
  if (operation !== undefined) terminal.out(`${printable(operationSentence(operation))}\n`);
  if (report.deterministic === false && !probed)
    terminal.out(
      `How far it is apart by itself, so that the next search allows for it: lockstep probe ${shortId(report.runId)}\n`,
    );
  if (report.trials.length > 0)
    terminal.out(
      terminal.paint('dim', `To look at it again, with the trials: lockstep show ${shortId(report.runId)}\n`),
    );
}
