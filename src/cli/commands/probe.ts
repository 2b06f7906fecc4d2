/** `lockstep probe`: a run twice for a short while, exactly alike, to learn what noise this machine makes of it. */
import packageJson from '../../../package.json' with { type: 'json' };
import { probeDeterminism } from '../../reproduction/probe/probeDeterminism.ts';
import type { ProbeProgress } from '../../reproduction/probe/probeDeterminism.ts';
import { defaultProbeMs } from '../../reproduction/probe/probeLength.ts';
import type { ProbeLength } from '../../reproduction/probe/probeLength.ts';
import { numbersAsJson } from '../../reproduction/verdictToJson.ts';
import type { DeterminismProbe } from '../../runs/determinismProbe.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { exitCodes } from '../cliContext.ts';
import { wrongUse } from '../errors.ts';
import { openRuns } from '../openRuns.ts';
import { jsonText } from '../output/jsonText.ts';
import { parseDuration } from '../parseDuration.ts';
import { jsonOption, newCommand, parseWords } from '../readWords.ts';
import { durationText, shortId } from '../text/describe.ts';
import { tellProbe } from '../text/tellProbe.ts';

export const probe: Subcommand = {
  name: 'probe',
  async run(words, context) {
    const parser = newCommand(
      'probe',
      'Run it twice for a short while, exactly alike, and learn what noise this machine makes of it. Later verdicts use it. Exit code 1 says that the two differ.',
      context,
    )
      .argument('<run>', '@1, an id, a part of one, or a name')
      .option(
        '--steps <step>',
        'through this step; else a tenth of the steps, but at least 20 points, and at most 2 minutes each',
      )
      .option('--for <duration>', 'stop each of the two after a while (90s, 10m)')
      .option('--gpu <device>', 'the GPU to run on: a UUID or an index')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<ProbeFlags>();
    const length = lengthOf(flags);
    const { runs, project } = await openRuns(context);
    const original = await runs.read(await runs.resolve(parser.args[0] ?? ''));
    const interrupted = new AbortController();
    const stopListening = abortOnInterrupt(interrupted, context);
    try {
      const { id, probe: found } = await probeDeterminism(
        {
          ...{ original, length, store: project.store, root: project.root },
          ...(flags.gpu === undefined ? {} : { options: { gpu: flags.gpu } }),
          ...{ toolVersion: packageJson.version, variables: context.env, signal: interrupted.signal },
          onProgress: progress => tellProgress(progress, context),
        },
        { node: context.node, supervisorScript: context.supervisorScript },
      );
      if (flags.json === true)
        context.terminal.out(jsonText({ probeId: id, ...(numbersAsJson(found) as object) }));
      else tellProbe(found, context.terminal);
      return exitCodeOf(found);
    } catch (error) {
      if (interrupted.signal.aborted && error === interrupted.signal.reason) return exitCodes.cancelled;
      throw error;
    } finally {
      stopListening();
    }
  },
};

interface ProbeFlags {
  readonly steps?: string;
  readonly for?: string;
  readonly gpu?: string;
  readonly json?: boolean;
}

function lengthOf(flags: ProbeFlags): ProbeLength | undefined {
  if (flags.steps === undefined && flags.for === undefined) return undefined;
  const forMs = flags.for === undefined ? undefined : parseDuration(flags.for);
  if (flags.for !== undefined && forMs === undefined)
    throw wrongUse(`--for wants a duration such as 90s or 10m, not ${flags.for}`, 'lockstep probe');
  const step = Number(flags.steps ?? 0);
  if (flags.steps !== undefined && (flags.steps.trim() === '' || !Number.isFinite(step) || step < 1))
    throw wrongUse(`--steps wants a number of 1 or more, not ${flags.steps}`, 'lockstep probe');
  return {
    ...(flags.steps === undefined ? {} : { throughStep: step }),
    ...(forMs === undefined ? {} : { forMs }),
  };
}

/** Nothing is left running: the probe ends what it started before it gives up. */
function abortOnInterrupt(controller: AbortController, { terminal }: CliContext): () => void {
  const onInterrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.cancelled);
    terminal.err('\nlockstep: cancelling the probe (Ctrl-C again to leave without waiting)\n');
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  return () => process.off('SIGINT', onInterrupt);
}

function tellProgress(progress: ProbeProgress, { terminal }: CliContext): void {
  const say = (text: string): void => terminal.err(terminal.paintErr('dim', `lockstep: ${text}\n`));
  if (progress.kind === 'length') say(`running it twice, ${lengthText(progress.length)}`);
  else say(`${progress.run === 1 ? 'first' : 'second'} run ${shortId(progress.id)} ${progress.kind}`);
}

function lengthText({ throughStep, forMs }: ProbeLength): string {
  const most = forMs === undefined ? undefined : `at most ${durationText(forMs)} each`;
  const through = throughStep === undefined ? undefined : `through step ${throughStep}`;
  const chosen =
    forMs === defaultProbeMs
      ? ' (a tenth of its steps, but at least 20 points; --steps and --for say otherwise)'
      : '';
  return (
    [through, most].filter(text => text !== undefined).join(', ') + (through === undefined ? '' : chosen)
  );
}

function exitCodeOf(found: DeterminismProbe): number {
  if (found.identical) return exitCodes.done;
  const compared = found.bands.some(band => band.volatile !== true) || found.differingOutputs.length > 0;
  return compared ? exitCodes.negative : exitCodes.impossible;
}
