/** `lockstep env exec`: a command inside the devcontainer, as its user, in the folder one stands in; its exit code is ours. */
import { existsSync, fstatSync } from 'node:fs';
import { checkUser } from '../../../environments/devcontainer/checkUser.ts';
import { execInEnvironment } from '../../../environments/devcontainer/execInEnvironment.ts';
import { environmentState, findEnvironment } from '../../../environments/devcontainer/environmentStateOf.ts';
import {
  containerMissing,
  containerNotRunning,
  notInContainer,
} from '../../../environments/devcontainer/errors.ts';
import { execCodes } from '../../../environments/devcontainer/execScript.ts';
import { bindMounts, pathInside } from '../../../environments/devcontainer/mountedPaths.ts';
import { exitCodes } from '../../cliContext.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { collected, newCommand, parseWords } from '../../readWords.ts';
import { addConfigOption, usableEngine } from './environmentRequest.ts';
import { openEnvironment } from './openEnvironment.ts';

interface ExecFlags {
  readonly config?: string;
  readonly user?: string;
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly stdin?: true;
}

export const envExec: Subcommand = {
  name: 'env exec',
  async run(words, context) {
    const split = words.indexOf('--');
    const parser = addConfigOption(
      newCommand('env exec', 'Run a command in the devcontainer: lockstep env exec -- COMMAND…', context),
    )
      .option('-u, --user <name>', 'as another user of the container than the remote one')
      .option('-e, --env <name=value>', 'with this variable; may be repeated', collected)
      .option('-w, --workdir <path>', 'in this folder of the container, instead of the one you stand in')
      .option('--stdin', 'pass standard input on; a terminal, a pipe and a file always are')
      .argument('[command...]')
      .addHelpText(
        'after',
        `
Ends with the code of the command; ${execCodes.notBegun} where there is no such folder, ${execCodes.notExecutable} where the program may not be executed, ${execCodes.notFound} where there is none.
`,
      );
    if (!parseWords(parser.passThroughOptions(), split < 0 ? words : words.slice(0, split)))
      return exitCodes.done;
    const flags = parser.opts<ExecFlags>();
    const [program, ...rest] = split < 0 ? parser.args : [...parser.args, ...words.slice(split + 1)];
    if (program === undefined) throw wrongUse('Say what to run after --', 'lockstep env exec');
    return exec([program, ...rest], flags, context);
  },
};

async function exec(
  argv: readonly [string, ...string[]],
  flags: ExecFlags,
  context: CliContext,
): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const { root, cacheFolder, environment } = await openEnvironment(context);
  const engine = await usableEngine(environment, signal);
  const request = { root, cacheFolder, engine, variables: environment, config: flags.config, signal };
  const [{ inspected }, { container }] = [
    await findEnvironment(request),
    await environmentState({ ...request, withStale: false }),
  ];
  if (inspected === undefined || container === undefined) throw containerMissing(root);
  if (container.state !== 'running') throw containerNotRunning(container.name, container.state);
  if (flags.user !== undefined)
    await checkUser(engine, container, flags.user, { variables: environment, signal });
  const cwd = flags.workdir ?? pathInside(bindMounts(inspected), context.cwd);
  if (cwd === undefined && existsSync(context.cwd)) throw notInContainer(context.cwd);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await execInEnvironment({
      ...{ engine, container, argv, cwd, variables: environment, signal },
      ...(flags.user === undefined ? {} : { user: flags.user }),
      environment: variablesOf(flags.env ?? []),
      streams: context.terminal.interactive
        ? { tty: true }
        : {
            tty: false,
            stdin: flags.stdin === true || isHandedIn() ? process.stdin : 'empty',
            stdout: process.stdout,
            stderr: process.stderr,
          },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    return exitCodes.cancelled;
  } finally {
    // A pipe that nobody closes must not keep this process.
    if (!context.terminal.interactive) process.stdin.destroy();
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** `echo x | …` and `… < file`, as opposed to what a parent process happens to leave open. */
function isHandedIn(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isFile();
  } catch {
    return false;
  }
}

function variablesOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map(word => {
      const at = word.indexOf('=');
      if (at < 1) throw wrongUse(`--env takes NAME=VALUE, not ${word}`, 'lockstep env exec');
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
