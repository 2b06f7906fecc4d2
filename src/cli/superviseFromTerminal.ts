/**
 * Starts a run and stays with it: its output as it comes, Ctrl-C as a wish to cancel, its exit code as ours.
 * Invariant: the run belongs to its supervisor; whatever ends this process but Ctrl-C leaves the run going.
 */
import { constants } from 'node:os';
import { cancelRun } from '../execution/cancelRun.ts';
import { launchRun } from '../execution/launchRun.ts';
import type { LaunchedRun, LaunchRequest } from '../execution/launchRun.ts';
import { editedCode, editedCodeLines } from '../runs/editedCode.ts';
import { leftLine } from '../runs/leftProcesses.ts';
import type { Result } from '../runs/result.ts';
import type { RunPaths } from '../runs/runPaths.ts';
import { countMetricLikeLines, fewestMetricLines } from '../tracking/countMetricLikeLines.ts';
import type { RunEnd } from '../execution/runEnd.ts';
import { followRun } from '../execution/followRun.ts';
import { LockstepError } from '../base/lockstepError.ts';
import { errorText } from '../base/systemError.ts';
import { askedSecrets } from '../reproduction/restore/commandWithSecrets.ts';
import type { CliContext } from './cliContext.ts';
import { exitCodes } from './cliContext.ts';
import { jsonText } from './output/jsonText.ts';
import type { RunOutput } from './output/runOutput.ts';
import type { Terminal } from './terminal.ts';
import { durationText, shortId } from './text/describe.ts';
import { printable } from './text/printable.ts';
import { wasWritten } from '../runs/wasWritten.ts';

export interface SuperviseOptions {
  readonly detach: boolean;
  readonly json: boolean;
}

/** Exit codes of Lockstep's own failures where those of the program are passed on, as with env and docker run. */
const own = { lockstep: 125, notExecutable: 126, notFound: 127 } as const;

export async function superviseFromTerminal(
  request: LaunchRequest,
  options: SuperviseOptions,
  context: CliContext,
): Promise<number> {
  const { terminal } = context;
  let launched: LaunchedRun;
  try {
    launched = await launchRun(request, {
      node: context.node,
      supervisorScript: context.supervisorScript,
      early: context.earlySupervisor,
    });
  } catch (error) {
    if (options.detach || !isOwnFailure(error)) throw error;
    return reportOwn(error, context, options.json);
  }
  const { id, paths } = launched;
  tellHidden(launched, terminal);
  if (options.detach) {
    const output: RunOutput = { schemaVersion: 1, id, state: 'preparing', dir: paths.dir };
    terminal.out(options.json ? jsonText(output) : `${id}\n`);
    return exitCodes.done;
  }

  terminal.err(terminal.paintErr('dim', `lockstep: run ${shortId(id)} started\n`));
  const stopListening = cancelOnInterrupt(request.store, id, context);
  let end: RunEnd;
  try {
    end = await followRun(paths, {
      // A program with a terminal of its own has written to it already.
      onOutput: (stream, chunk) => {
        if (request.tty === true) return;
        // The chunk is only lent; what is written late must be a copy.
        const text = Buffer.from(chunk);
        if (stream === 'stdout' && !options.json) terminal.out(text);
        else terminal.err(text);
      },
    });
  } finally {
    stopListening();
  }
  const code = told(id, paths.dir, end, options, context);
  await tellWhatIsMissing(id, { paths, end, request }, context);
  return code;
}

/** What was named and did not come, and metrics that nobody reads as yet: a reproduction would have nothing to compare. */
async function tellWhatIsMissing(
  id: string,
  { paths, end, request }: { paths: RunPaths; end: RunEnd; request: LaunchRequest },
  { terminal, signal }: CliContext,
): Promise<void> {
  const { result } = end;
  for (const line of editedCodeLines(editedCode(result))) terminal.err(`lockstep: ${printable(line)}\n`);
  const left = leftLine(result);
  if (left !== undefined) terminal.err(`lockstep: ${printable(left)}\n`);
  if (result === undefined || end.state !== 'finished') return;
  for (const output of result.outputs)
    if (output.how === 'declared' && !wasWritten(output))
      terminal.err(
        `lockstep: the command did not write ${printable(output.path)}, which is named as its output\n`,
      );
  if (request.metricLines === true || Object.keys(result.metrics).length > 0) return;
  const { lines, keys } = await countMetricLikeLines(paths.stdout, { signal });
  if (lines >= fewestMetricLines)
    terminal.err(
      `lockstep: ${lines} printed lines look like metrics (${keys.slice(0, 3).map(printable).join(', ')}), and nobody reads them; see lockstep metrics ${shortId(id)} --preview-lines\n`,
    );
}

function told(
  id: string,
  dir: string,
  end: RunEnd,
  options: SuperviseOptions,
  { terminal }: CliContext,
): number {
  const { result } = end;
  const failure = result?.failure;
  if (options.json) {
    const output: RunOutput = {
      schemaVersion: 1,
      id,
      state: end.state,
      dir,
      ...(result?.exitCode === undefined ? {} : { exitCode: result.exitCode }),
      ...(result?.signal === undefined ? {} : { signal: result.signal }),
      ...(result?.durationMs === undefined ? {} : { durationMs: result.durationMs }),
      ...(result?.pinned === undefined
        ? {}
        : {
            pinned: result.pinned.map(({ path, object, pinFile }) => ({
              ...{ path, object },
              ...(pinFile === undefined ? {} : { pinFile }),
            })),
          }),
      ...(failure === undefined
        ? {}
        : {
            failure: {
              code: failure.code,
              message: failure.message,
              ...(failure.mend === undefined ? {} : { mend: failure.mend }),
            },
          }),
    };
    terminal.out(jsonText(output));
  }
  for (const { path, object, pinFile } of result?.pinned ?? [])
    terminal.err(
      `lockstep: pinned ${printable(path)} as ${printable(object)}${pinFile === undefined ? '' : ` in ${printable(pinFile)}`}\n`,
    );
  for (const warning of result?.warnings ?? []) terminal.err(`lockstep: ${printable(warning)}\n`);
  if (end.state === 'cancelled') {
    terminal.err(`lockstep: run ${shortId(id)} was cancelled; to see it: lockstep show ${shortId(id)}\n`);
    return exitCodes.cancelled;
  }
  if (end.commandEnd !== undefined) {
    const { exitCode, signal } = end.commandEnd;
    terminal.err(
      `lockstep: the supervisor of run ${shortId(id)} was killed; the command ended with ${signal !== undefined ? printable(signal) : `exit code ${exitCode ?? '?'}`}\n`,
    );
    return exitCode ?? (signal === undefined ? own.lockstep : 128 + (signalNumbers[signal] ?? 0));
  }
  if (end.state === 'lost') {
    terminal.err(
      end.stillRunning
        ? `lockstep: the supervisor of run ${shortId(id)} is gone; the command goes on\n`
        : `lockstep: the supervisor of run ${shortId(id)} was killed, so nobody knows how the command ended\n`,
    );
    return own.lockstep;
  }
  if (result?.exitCode !== undefined || result?.signal !== undefined)
    terminal.err(terminal.paintErr('dim', endText(id, end.state, result)));
  if (result?.exitCode !== undefined) return result.exitCode;
  if (result?.signal !== undefined) return 128 + (signalNumbers[result.signal] ?? 0);
  // The program said its end itself, in place of the supervisor that would have seen it.
  if (end.state === 'finished') return exitCodes.done;
  if (result?.startedAt !== undefined) {
    terminal.err(`lockstep: run ${shortId(id)} failed\n`);
    return exitCodes.negative;
  }
  terminal.err(`lockstep: ${printable(failure?.message ?? 'the run failed')}\n`);
  if (failure?.mend !== undefined) terminal.err(`  ${printable(failure.mend)}\n`);
  return failure?.code === 'program-not-found'
    ? own.notFound
    : failure?.code === 'not-executable'
      ? own.notExecutable
      : own.lockstep;
}

/** `lockstep: run K7Q2P9 failed with exit code 1 after 3.2 s; to see it: lockstep show K7Q2P9`. */
function endText(id: string, state: string, { exitCode, signal, durationMs }: Result): string {
  const how =
    exitCode === undefined
      ? ` by ${printable(signal ?? 'a signal')}`
      : exitCode === 0
        ? ''
        : ` with exit code ${exitCode}`;
  const took = durationMs === undefined ? '' : ` after ${durationText(durationMs)}`;
  return `lockstep: run ${shortId(id)} ${state}${how}${took}; to see it: lockstep show ${shortId(id)}\n`;
}

const signalNumbers: Readonly<Record<string, number>> = constants.signals;

/** Ctrl-C cancels; pressed again, it leaves without waiting for the end. */
export function cancelOnInterrupt(store: string, id: string, { terminal }: CliContext): () => void {
  let asked = false;
  const onInterrupt = (): void => {
    if (asked) {
      terminal.err(`lockstep: run ${shortId(id)} is still being cancelled\n`);
      process.exit(exitCodes.cancelled);
    }
    asked = true;
    terminal.err(`\nlockstep: cancelling run ${shortId(id)} (Ctrl-C again to leave without waiting)\n`);
    cancelRun(store, id).catch((error: unknown) => {
      if (error instanceof LockstepError && error.code === 'run-already-ended') return;
      terminal.err(`lockstep: ${printable(errorText(error))}\n`);
    });
  };
  process.on('SIGINT', onInterrupt);
  return () => process.off('SIGINT', onInterrupt);
}

export function isOwnFailure(error: unknown): error is LockstepError {
  return error instanceof LockstepError && error.kind === 'impossible';
}

export function reportOwn(error: LockstepError, { terminal }: CliContext, json: boolean): number {
  terminal.err(`lockstep: ${printable(error.message)}\n`);
  if (error.mend !== undefined) terminal.err(`  ${printable(error.mend)}\n`);
  if (json)
    terminal.out(
      jsonText({ schemaVersion: 1, error: { code: error.code, message: error.message, mend: error.mend } }),
    );
  return own.lockstep;
}

/** Now, while whoever started it knows what stood there. */
function tellHidden({ recorded }: LaunchedRun, { err, paintErr }: Terminal): void {
  for (const { word, variable } of askedSecrets(recorded))
    err(
      `${paintErr('yellow', 'lockstep:')} taken for a secret, and not recorded: ${printable(word)}; a reproduction asks for it in ${variable}\n`,
    );
}
