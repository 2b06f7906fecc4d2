/** `lockstep env logs`: what the container printed, or with --up how it was brought up. */
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { engineProcess } from '../../../environments/devcontainer/engineCommand.ts';
import { environmentFolder } from '../../../environments/devcontainer/environmentFolder.ts';
import { findEnvironment } from '../../../environments/devcontainer/environmentStateOf.ts';
import { containerMissing } from '../../../environments/devcontainer/errors.ts';
import { readDevcontainer } from '../../../environments/devcontainer/readDevcontainer.ts';
import { upLogLines } from '../../../environments/devcontainer/upLogLines.ts';
import { exitCodes } from '../../cliContext.ts';
import type { CliContext, Subcommand } from '../../cliContext.ts';
import { wrongUse } from '../../errors.ts';
import { newCommand, parseWords } from '../../readWords.ts';
import { printable } from '../../text/printable.ts';
import { addConfigOption, usableEngine } from './environmentRequest.ts';
import { openEnvironment } from './openEnvironment.ts';

interface LogsFlags {
  readonly config?: string;
  readonly up?: true;
  readonly follow?: true;
  readonly tail: string;
}

export const envLogs: Subcommand = {
  name: 'env logs',
  async run(words, context) {
    const parser = addConfigOption(newCommand('env logs', 'What the container printed.', context))
      .option('--up', 'how it was last brought up, or why not: every command with what it printed')
      .option('-f, --follow', 'go on until it ends')
      .option('--tail <lines>', 'only the last ones', '1000');
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<LogsFlags>();
    if (!/^(?:\d{1,15}|all)$/.test(flags.tail))
      throw wrongUse(`--tail wants a number of lines, or all, not ${flags.tail}`, 'lockstep env logs');
    return flags.up === true ? tellUpLog(flags, context) : tellContainerLog(flags, context);
  },
};

async function tellUpLog({ config }: LogsFlags, context: CliContext, before = ''): Promise<number> {
  const { root, cacheFolder } = await openEnvironment(context);
  const devcontainer = await readDevcontainer(root, config);
  const { log } = environmentFolder(cacheFolder, root, devcontainer.config);
  const text = await readFile(log, 'utf8').catch(() => undefined);
  if (text === undefined) throw containerMissing(root);
  context.terminal.err(before);
  for (const line of upLogLines(text)) context.terminal.out(`${printable(line)}\n`);
  return exitCodes.done;
}

async function tellContainerLog(flags: LogsFlags, context: CliContext): Promise<number> {
  const { root, cacheFolder, environment } = await openEnvironment(context);
  const engine = await usableEngine(environment, context.signal);
  const { inspected } = await findEnvironment({
    ...{ root, cacheFolder, engine, variables: environment, config: flags.config, signal: context.signal },
  });
  if (inspected === undefined) {
    return tellUpLog(
      flags,
      context,
      'lockstep: there is no container; how it was last brought up, or why not:\n',
    );
  }
  const words = ['logs', '--tail', flags.tail, ...(flags.follow === true ? ['--follow'] : []), inspected.Id];
  const { program, args, env } = engineProcess(engine, words, { variables: environment });
  const child = spawn(program, args, { env, stdio: ['ignore', 'inherit', 'inherit'], windowsHide: true });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve(code === 0 ? exitCodes.done : exitCodes.impossible));
  });
}
