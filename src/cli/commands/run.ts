/** `lockstep run`: any command, or an experiment of lockstep.yaml, recorded. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Option } from 'commander';
import packageJson from '../../../package.json' with { type: 'json' };
import type { LaunchRequest } from '../../execution/launchRun.ts';
import { experimentNotFound } from '../../execution/experiments/errors.ts';
import { experimentCommand } from '../../execution/experiments/experimentCommand.ts';
import { readTracking } from '../../execution/experiments/launchTracking.ts';
import { metricLinesOf } from '../../execution/experiments/metricLinesOf.ts';
import { readExperiments } from '../../execution/experiments/readExperiments.ts';
import type { CliContext, Subcommand } from '../cliContext.ts';
import { environmentForRun } from '../environmentForRun.ts';
import { beginEngine } from '../runEnvironment.ts';
import { networkOfContainer, notInteractive, scriptWithoutInterpreter, wrongUse } from '../errors.ts';
import { isInputPiped } from '../isInputPiped.ts';
import { openRuns } from '../openRuns.ts';
import { terminalInside } from '../../execution/inside/errors.ts';
import { parseParams } from '../parseParams.ts';
import { collected, jsonOption, newCommand, parseWords } from '../readWords.ts';
import { scriptCommand } from '../scriptCommand.ts';
import { superviseFromTerminal } from '../superviseFromTerminal.ts';

export const run: Subcommand = {
  name: 'run',
  async run(words, context) {
    // What follows `--` belongs to the program, whatever it looks like.
    const end = words.indexOf('--');
    const command = end < 0 ? undefined : words.slice(end + 1);
    const parser = newCommand('run', 'Run a command, or a named experiment, and record it.', context)
      .usage('[options] -- COMMAND…\n       lockstep run EXPERIMENT [--param k=v]… [options]')
      .argument('[experiment...]')
      .option('--name <name>', 'a name for the run')
      .option('--tag <tag>', 'a tag; may be given several times', collected)
      .option(
        '--env <kind>',
        'where to run: host; python for the environment of lockstep-lock.json; devcontainer when it is up',
        'host',
      )
      .option('--input <path>', 'a file or folder that the run reads; may be given several times', collected)
      .option(
        '--output <path>',
        'a file or folder that the run writes; may be given several times',
        collected,
      )
      .option('--param <name=value>', 'a parameter of the experiment; may be given several times', collected)
      .option('--detach', 'print the id of the run and leave it running')
      .option('--tty', 'give the program a terminal of its own, for input() and debuggers')
      .option('--stdin', 'record standard input and pass it to the program')
      .option(
        '--pin-outputs',
        'pin what it wrote as data when it has finished: the outputs that are declared, else those seen',
      )
      .addOption(new Option('--no-network').hideHelp())
      .option('--no-hook', 'do not observe which files Python programs read and write')
      .option(
        '--record-operations',
        'record a hash of what every tensor operation computes (PyTorch 2.10 and newer; much slower)',
      )
      .addOption(jsonOption());
    if (!parseWords(parser, end < 0 ? words : words.slice(0, end))) return 0;
    const flags = parser.opts<RunFlags>();
    if (!flags.network) throw networkOfContainer();
    if (flags.tty === true && (flags.detach === true || flags.stdin === true || flags.json === true))
      throw wrongUse('--tty cannot be combined with --detach, --stdin or --json', 'lockstep run');
    if (flags.tty === true && !context.terminal.interactive) throw notInteractive('--tty');

    const engine = beginEngine(flags.env, context.env, context.signal);
    const { project } = await openRuns(context);
    const what =
      command === undefined
        ? await namedExperiment(parser.args, flags, project.root)
        : adHocCommand(command, parser.args, flags, context);
    const how = { detach: flags.detach === true, json: flags.json === true };
    const metricLines = await metricLinesOf(
      project,
      {
        argv: what.asked.argv,
        cwd: relative(project.root, what.asked.cwd).split(sep).join('/'),
        experiment: what.asked.experiment,
      },
      what.metricLines,
    );
    const tracking = await readTracking(project.root, what.asked.experiment);
    const where = await environmentForRun(flags.env, project.root, how, context, engine);
    if (typeof where === 'number') return where;
    if (flags.tty === true && where.environment?.target !== undefined) throw terminalInside();
    const named = (paths: readonly string[], from: string): string[] =>
      paths.map(path => inProject(path, from, project.root));
    for (const path of flags.input ?? []) requireThere(path, context.cwd);
    const request: LaunchRequest = {
      ...what.asked,
      toolVersion: packageJson.version,
      store: project.store,
      root: project.root,
      variables: context.env,
      ...(flags.name === undefined ? {} : { name: flags.name }),
      tags: [...new Set([...what.tags, ...(flags.tag ?? [])])],
      ...where,
      declaredInputs: [...named(what.inputs, project.root), ...named(flags.input ?? [], context.cwd)],
      declaredOutputs: [...named(what.outputs, project.root), ...named(flags.output ?? [], context.cwd)],
      metricLines,
      ...(flags.pinOutputs === true || what.pinOutputs !== undefined
        ? { pinOutputs: what.pinOutputs ?? true }
        : {}),
      tracking,
      ...(flags.tty === true ? { tty: true } : {}),
      ...(flags.stdin === true ? { stdin: process.stdin } : {}),
      colour: context.terminal.colour,
      pythonHook: flags.hook,
      recordOperations: flags.recordOperations === true,
    };
    if (!project.inGit)
      context.terminal.err(
        'lockstep: outside git the code is not recorded, so this run cannot be reproduced; to change that: git init\n',
      );
    if (flags.stdin !== true && flags.tty !== true && isInputPiped())
      context.terminal.err(
        'lockstep: the program gets an empty standard input; to record what is piped in and pass it on: --stdin\n',
      );
    return superviseFromTerminal(request, how, context);
  },
};

interface RunFlags {
  readonly recordOperations?: boolean;
  readonly name?: string;
  readonly tag?: string[];
  readonly env: string;
  readonly input?: string[];
  readonly output?: string[];
  readonly param?: string[];
  readonly detach?: boolean;
  readonly tty?: boolean;
  readonly stdin?: boolean;
  readonly pinOutputs?: boolean;
  readonly hook: boolean;
  readonly network: boolean;
  readonly json?: boolean;
}

interface WhatToRun {
  readonly asked: { readonly argv: string[]; readonly cwd: string; readonly experiment?: string };
  readonly tags: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly metricLines?: boolean | undefined;
  readonly pinOutputs?: boolean | string[];
}

function adHocCommand(
  command: readonly string[],
  operands: readonly string[],
  flags: RunFlags,
  context: CliContext,
): WhatToRun {
  if (operands.length > 0)
    throw wrongUse(
      `${operands.join(' ')} stands before --; give an experiment or a command, not both`,
      'lockstep run',
    );
  if (command.length === 0 || command[0] === '')
    throw wrongUse('there is no command after --', 'lockstep run');
  if (flags.param !== undefined)
    throw wrongUse('--param is for named experiments; put parameters into the command', 'lockstep run');
  return { asked: { argv: [...command], cwd: context.cwd }, tags: [], inputs: [], outputs: [] };
}

async function namedExperiment(
  operands: readonly string[],
  flags: RunFlags,
  root: string,
): Promise<WhatToRun> {
  const [name, ...others] = operands;
  if (name === undefined)
    throw wrongUse('there is nothing to run: give -- COMMAND… or an experiment', 'lockstep run');
  const script = scriptCommand(operands);
  if (others.length > 0)
    throw script === undefined
      ? wrongUse(`put -- before the command: lockstep run -- ${operands.join(' ')}`, 'lockstep run')
      : scriptWithoutInterpreter(name, script);
  const { experiments } = await readExperiments(root);
  const experiment = Object.hasOwn(experiments, name) ? experiments[name] : undefined;
  if (experiment === undefined)
    throw script === undefined
      ? experimentNotFound(name, Object.keys(experiments))
      : scriptWithoutInterpreter(name, script);
  const argv = experimentCommand(name, experiment, parseParams(flags.param ?? [], 'lockstep run'));
  return {
    asked: { argv, cwd: join(root, experiment.cwd ?? ''), experiment: name },
    tags: experiment.tags,
    inputs: experiment.inputs,
    outputs: experiment.outputs,
    metricLines: experiment.metricLines,
    ...(experiment.pinOutputs === undefined ? {} : { pinOutputs: experiment.pinOutputs }),
  };
}

/** Relative to the root where below it, with forward slashes; else absolute. */
/** What is not there cannot be read, and a reproduction would ask for it for ever. */
function requireThere(path: string, cwd: string): void {
  if (!existsSync(resolve(cwd, path)))
    throw wrongUse(
      `--input ${path} is not there: give the path of a file or folder that the command reads`,
      'lockstep run',
    );
}

function inProject(path: string, from: string, root: string): string {
  const absolute = resolve(from, path);
  const way = relative(root, absolute);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
    ? absolute
    : way.split(sep).join('/') || '.';
}
