/** `lockstep reproduce`: the run once more in a private checkout, and the verdict. */
import { existsSync } from 'node:fs';
import packageJson from '../../../package.json' with { type: 'json' };
import { LockstepError } from '../../base/lockstepError.ts';
import { followRun } from '../../execution/followRun.ts';
import { askedEnvironment } from '../../reproduction/askedEnvironment.ts';
import { awaitVerdict } from '../../reproduction/awaitVerdict.ts';
import { canReproduce, forecastReproduction } from '../../reproduction/forecast/forecastReproduction.ts';
import { reproductionPlace } from '../../reproduction/requireConfirmed.ts';
import { reproduceRun } from '../../reproduction/reproduceRun.ts';
import type { ReproductionOptions } from '../../reproduction/reproductionOptions.ts';
import { verdictToJson } from '../../reproduction/verdictToJson.ts';
import type { Result } from '../../runs/result.ts';
import type { RunStore } from '../../runs/runStore.ts';
import type { Verdict } from '../../runs/verdict.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { verdictMissing, wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { namedPaths } from '../namedPaths.ts';
import { jsonText } from '../output/jsonText.ts';
import { parseDuration } from '../parseDuration.ts';
import { collected, jsonOption, newCommand, parseWords, refuseCommand } from '../readWords.ts';
import { cancelOnInterrupt } from '../superviseFromTerminal.ts';
import { confirmedRun, resolveHereOrShared } from './share/sharedRun.ts';
import { buildLine } from '../text/buildLine.ts';
import { printable } from '../text/printable.ts';
import { tellForecast } from '../text/tellForecast.ts';
import { tellVerdict } from '../text/tellVerdict.ts';
import { durationText, shortId } from '../text/describe.ts';

export const reproduce: Subcommand = {
  name: 'reproduce',
  async run(words, context) {
    const parser = newCommand(
      'reproduce',
      'Run it again in a private checkout of its code, and judge the outcome. The workspace is not touched.',
      context,
    )
      .argument('<run>', '@1, an id, a part of one, or a name')
      .option('--forecast', 'only say what is here, how close it can get, and what it takes')
      .option(
        '--env <kind>',
        'where, if not as the run ran: python for an environment of the packages it had, host for this machine as it is',
      )
      .option('--steps <step>', 'run and compare no further than this step')
      .option('--for <duration>', 'stop after a while (90s, 10m, 2h) and judge what there is')
      .option('--checkpoint <path>', 'go on from this output of the run, as resume: in lockstep.yaml says')
      .option('--gpu <device>', 'the GPU to run on: a UUID or an index')
      .option('--rtol <number>', 'relative tolerance for every metric')
      .option('--atol <number>', 'absolute tolerance for every metric')
      .option('--no-network', 'without network, for a run that was executed in a container')
      .option(
        '--record-operations',
        'record a hash of what every tensor operation computes (PyTorch 2.10 and newer; much slower)',
      )
      .option('--keep', 'leave the private checkout behind')
      .option('--allow-outside-writes', 'let it write again where the run wrote outside the repository')
      .option(
        '--give <path>',
        'let a run of somebody else read this file or folder in its container though it is not the recorded one (repeatable)',
        collected,
        [] as string[],
      )
      .option(
        '--without <path>',
        'go on without this file that the run read, or this submodule, that is gone (repeatable)',
        collected,
        [] as string[],
      )
      .option('--yes', 'agree to what a run of somebody else would do, which is shown')
      .option('--detach', 'print the id of the reproduction and leave it running')
      .addOption(jsonOption());
    refuseCommand(words, 'reproduce');
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<ReproduceFlags>();
    const asked = optionsOf(flags);
    const { runs, project } = await openRuns(context);
    const id = await resolveHereOrShared(parser.args[0] ?? '', { runs, project }, context);
    if (typeof id === 'number') return id;
    // A forecast executes nothing.
    const recorded = await runs.read(id);
    const ran = recorded.plan?.environment;
    const environment = askedEnvironment(flags.env, ran);
    const agreement = { yes: flags.yes === true, place: reproductionPlace(ran, environment) };
    const original =
      flags.forecast === true ? recorded : await confirmedRun(id, { runs, project }, agreement, context);
    if (typeof original === 'number') return original;
    const options = {
      ...asked,
      ...(await namedPaths(flags, original, { cwd: context.cwd, roots: [project.root] })),
      ...(environment === undefined ? {} : { environment }),
    };
    if (flags.forecast === true) {
      const forecast = await forecastReproduction({
        ...{ original, store: project.store, root: project.root, variables: context.env, options },
        ...{ signal: context.signal, supervisorScript: context.supervisorScript },
      });
      const possible = canReproduce(forecast);
      if (flags.json === true) context.terminal.out(jsonText(forecast));
      else tellForecast(forecast, context.terminal, possible);
      return possible ? exitCodes.done : exitCodes.impossible;
    }
    const launched = await reproduceRun(
      {
        original,
        store: project.store,
        root: project.root,
        toolVersion: packageJson.version,
        variables: context.env,
        options,
      },
      {
        ...{ node: context.node, supervisorScript: context.supervisorScript },
        early: context.earlySupervisor,
      },
    );
    if (flags.detach === true) {
      context.terminal.out(
        flags.json === true
          ? jsonText({ schemaVersion: 1, runId: id, reproductionId: launched.id })
          : `${launched.id}\n`,
      );
      return exitCodes.done;
    }
    const line = buildLine(context.terminal);
    const interruption = { seen: false };
    const onInterrupt = (): void => void (interruption.seen = true);
    process.on('SIGINT', onInterrupt);
    const stopListening = cancelOnInterrupt(project.store, launched.id, context);
    try {
      // Standard output is for the report.
      const end = await followRun(launched.paths, {
        onOutput: (_, chunk) => context.terminal.err(Buffer.from(chunk)),
        ...(flags.json === true
          ? {}
          : { onPreparing: text => (text === undefined ? line.clear() : line.show(text)) }),
      });
      line.clear();
      const verdict = await awaitVerdict(project.store, id, launched.id, context);
      if (verdict === undefined) {
        if (end.state === 'cancelled') return exitCodes.cancelled;
        await forgetUnstarted(launched.id, end.result?.failure, runs);
        throw end.result?.failure === undefined
          ? verdictMissing(launched.id, launched.paths.supervisorLog)
          : preparationFailed(end.result.failure);
      }
      if (end.state === 'cancelled' && !interruption.seen) tellStop(options, context);
      if (options.recordOperations === true) tellOperations(end.result?.warnings ?? [], context);
      if (flags.json === true) context.terminal.out(jsonText(verdictToJson(verdict)));
      else tellVerdict(verdict, context.terminal);
      if (flags.keep === true) tellCheckout(launched.id, (await runs.read(launched.id)).plan?.root, context);
      if (end.state === 'cancelled' && options.throughStep === undefined && options.forMs === undefined)
        return exitCodes.cancelled;
      return exitCodeOf(verdict);
    } finally {
      line.clear();
      process.off('SIGINT', onInterrupt);
      stopListening();
    }
  },
};

/**
 * What was refused before it had a plan is told here, and is no run: it would be `@1` from now on. A fault that nobody
 * foresaw stays, with its log.
 */
async function forgetUnstarted(id: string, failure: Result['failure'], runs: RunStore): Promise<void> {
  if (failure?.mend === undefined || (await runs.read(id)).plan !== undefined) return;
  await runs.remove([id]).catch(() => undefined);
}

/** The part that was asked for was reached: nobody cancelled anything. */
function tellStop(
  { throughStep, forMs }: Pick<Partial<ReproductionOptions>, 'throughStep' | 'forMs'>,
  { terminal }: CliContext,
): void {
  const reached = [
    ...(throughStep === undefined ? [] : [`step ${throughStep} reached`]),
    ...(forMs === undefined ? [] : [`${durationText(forMs)} over`]),
  ].join(' or ');
  if (reached !== '') terminal.err(`lockstep: ${reached}; the program was stopped\n`);
}

/** What recording them took, or why there are none. */
function tellOperations(warnings: readonly string[], { terminal }: CliContext): void {
  for (const warning of warnings)
    if (/\boperations? (?:were|are|computed)\b/.test(warning))
      terminal.err(`lockstep: ${printable(warning)}\n`);
}

interface ReproduceFlags {
  readonly forecast?: boolean;
  readonly env?: string;
  readonly steps?: string;
  readonly for?: string;
  readonly checkpoint?: string;
  readonly gpu?: string;
  readonly rtol?: string;
  readonly atol?: string;
  readonly network: boolean;
  readonly recordOperations?: boolean;
  readonly keep?: boolean;
  readonly allowOutsideWrites?: boolean;
  readonly give: readonly string[];
  readonly without: readonly string[];
  readonly yes?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
}

function optionsOf(flags: ReproduceFlags): Partial<ReproductionOptions> {
  const forMs = flags.for === undefined ? undefined : parseDuration(flags.for);
  if (flags.for !== undefined && forMs === undefined)
    throw wrongUse(`--for wants a duration such as 90s or 10m, not ${flags.for}`, 'lockstep reproduce');
  const step = numberOf('--steps', flags.steps, 1);
  if (step !== undefined && !Number.isInteger(step))
    throw wrongUse(`--steps wants a whole number, not ${String(flags.steps)}`, 'lockstep reproduce');
  const rtol = numberOf('--rtol', flags.rtol);
  const atol = numberOf('--atol', flags.atol);
  return {
    ...(step === undefined ? {} : { throughStep: step }),
    ...(forMs === undefined ? {} : { forMs }),
    ...(flags.gpu === undefined ? {} : { gpu: flags.gpu }),
    network: flags.network,
    recordOperations: flags.recordOperations === true,
    keep: flags.keep === true,
    allowOutsideWrites: flags.allowOutsideWrites === true,
    ...(rtol === undefined && atol === undefined
      ? {}
      : { tolerances: [{ pattern: '**', tolerance: { rtol: rtol ?? 0, atol: atol ?? 0 } }] }),
  };
}

function numberOf(option: string, text: string | undefined, least = 0): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < least)
    throw wrongUse(`${option} wants a number of ${least} or more, not ${text}`, 'lockstep reproduce');
  return value;
}

function exitCodeOf({ verdict }: Verdict): number {
  switch (verdict) {
    case 'identical':
    case 'within-tolerance':
      return exitCodes.done;
    case 'diverged':
      return exitCodes.negative;
    case 'inconclusive':
      return exitCodes.impossible;
  }
}

function preparationFailed(failure: NonNullable<Result['failure']>): LockstepError {
  return new LockstepError({
    code: failure.code,
    message: failure.message,
    ...(failure.mend === undefined ? {} : { mend: failure.mend }),
  });
}

function tellCheckout(id: string, root: string | undefined, { terminal }: CliContext): void {
  if (root !== undefined && existsSync(root))
    terminal.err(`The checkout of reproduction ${shortId(id)} is kept in ${printable(root)}\n`);
}
