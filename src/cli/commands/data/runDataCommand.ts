/** What every data command does around its operation: find the data, hear Ctrl-C, show progress, end with a code. */
import { join, relative, resolve } from 'node:path';
import type { DataTask } from '../../../data/dataProgress.ts';
import type { DataProject } from '../../../data/operations/dataProject.ts';
import { openDataProject } from '../../../data/operations/openDataProject.ts';
import type { CliContext } from '../../cliContext.ts';
import { exitCodes } from '../../cliContext.ts';
import { jsonText } from '../../output/jsonText.ts';
import { dataProgressLine } from '../../text/dataProgressLine.ts';
import { printable } from '../../text/printable.ts';

export interface DataCommand<Result> {
  readonly json: boolean;
  /** Said when Ctrl-C ended it: what stands, and how to go on. */
  readonly stopped: string;
  work(project: DataProject, task: DataTask): Promise<Result>;
  /** `shown` makes a path of the result one that can be typed where the person stands. */
  tell(result: Result, shown: ShownPath): void;
  code(result: Result): number;
}

/** Rejects with what the operation rejects with; Ctrl-C ends it with 130. */
export async function runDataCommand<Result extends object>(
  context: CliContext,
  command: DataCommand<Result>,
): Promise<number> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const progress = dataProgressLine(context.terminal, !command.json);
  try {
    const project = await openDataProject(context.cwd, context.env);
    const signal = AbortSignal.any([context.signal, stop.signal]);
    const result = await command.work(project, { signal, onProgress: progress.show });
    progress.clear();
    if (command.json) context.terminal.out(jsonText({ schemaVersion: 1, root: project.root, ...result }));
    else command.tell(result, path => shownPath(context.cwd, project.root, path));
    return command.code(result);
  } catch (error) {
    progress.clear();
    if (!stop.signal.aborted) throw error;
    context.terminal.err(`Stopped. ${command.stopped}\n`);
    return exitCodes.cancelled;
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

/** Relative to the project's root → relative to where the person stands, printable. */
export type ShownPath = (path: string) => string;

function shownPath(cwd: string, root: string, path: string): string {
  const shown = relative(cwd, join(root, path));
  return printable(shown === '' ? '.' : shown);
}

/** Words of the command line as absolute paths; undefined (everything) where there are none. */
export function absolutePaths(context: CliContext, words: readonly string[]): string[] | undefined {
  return words.length === 0 ? undefined : words.map(word => resolve(context.cwd, word));
}
