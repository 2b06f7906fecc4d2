/** What every environment command does around its work: find the project, hear Ctrl-C, end with a code. */
import type { CliContext } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { jsonText } from '../../output/jsonText.ts';
import { openEnvironment } from './openEnvironment.ts';
import type { OpenEnvironment } from './openEnvironment.ts';

export interface EnvCommand<Result> {
  readonly json: boolean;
  /** Said when Ctrl-C ended it: what stands, and how to go on. */
  readonly stopped: string;
  work(environment: OpenEnvironment, signal: AbortSignal): Promise<Result>;
  tell(result: Result, environment: OpenEnvironment): void;
  code(result: Result): number;
}

/** Rejects with what the work rejects with; Ctrl-C ends it with 130. */
export async function runEnvCommand<Result extends object>(
  context: CliContext,
  command: EnvCommand<Result>,
): Promise<number> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  try {
    const environment = await openEnvironment(context);
    const result = await command.work(environment, AbortSignal.any([context.signal, stop.signal]));
    if (command.json) context.terminal.out(jsonText({ schemaVersion: 1, root: environment.root, ...result }));
    else command.tell(result, environment);
    return command.code(result);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    context.terminal.err(`Stopped. ${command.stopped}\n`);
    return exitCodes.cancelled;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}
