/** `lockstep env verify`: whether the environment is as its lock says, and what differs by cause. */
import { Option } from 'commander';
import { relative } from 'node:path';
import { unlocked } from '../../../environments/drift/driftReport.ts';
import type { DriftReport } from '../../../environments/environmentLock.ts';
import { findEngine } from '../../../environments/engine/findEngine.ts';
import { tiers, verifyContainer, type Tier } from '../../../environments/lock/container/verifyContainer.ts';
import { lockKindOf, lockPath } from '../../../environments/lock/lockPaths.ts';
import type { LockKind } from '../../../environments/lock/lockPaths.ts';
import { readLock } from '../../../environments/lock/readLock.ts';
import { verifyPython } from '../../../environments/python/verifyPython.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { tellDrift } from '../../text/tellDrift.ts';
import type { OpenEnvironment } from './openEnvironment.ts';
import { pythonOf } from './pythonOf.ts';
import { runEnvCommand } from './runEnvCommand.ts';

export const envVerify: Subcommand = {
  name: 'env verify',
  async run(words, context) {
    const parser = newCommand(
      'env verify',
      'Is the environment as its lock says? What differs, by cause.',
      context,
    )
      .option('--python', 'verify the Python environment, also where there is a devcontainer')
      .option('--interpreter <path>', 'of the Python environment; else the one a run would use')
      .option('--files', 'read every installed file, too: finds what was edited by hand')
      .addOption(
        new Option(
          '--tier <tier>',
          'of a devcontainer: look as far as this, cheap first; registry also asks whether tags have moved',
        ).choices(tiers),
      )
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<VerifyFlags>();
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'Nothing was changed.',
      work: (environment, signal) => verify(environment, flags, context.cwd, signal),
      tell: (outcome, { root }) => tellDrift(context.terminal, outcome, relative(root, outcome.path)),
      code: ({ verdict }) => exitCodeOf(verdict),
    });
  },
};

interface VerifyFlags {
  readonly python?: true;
  readonly interpreter?: string;
  readonly files?: true;
  readonly tier?: Tier;
  readonly json?: true;
}

interface VerifyOutcome extends DriftReport {
  readonly kind: LockKind;
  readonly path: string;
  readonly interpreter?: string;
}

async function verify(
  environment: OpenEnvironment,
  flags: VerifyFlags,
  cwd: string,
  signal: AbortSignal,
): Promise<VerifyOutcome> {
  const { root, cacheFolder } = environment;
  const python = flags.python === true || flags.interpreter !== undefined;
  if (!python && lockKindOf(root) === 'devcontainer')
    return verifyDevcontainer(environment, flags.tier, signal);
  const path = lockPath(root, 'python');
  const lock = await readLock(path);
  if (lock === undefined) return { kind: 'python', path, ...unlocked };
  const interpreter = await pythonOf(environment, flags.interpreter, cwd, signal);
  const report = await verifyPython({
    ...{ lock, root, interpreter, signal },
    variables: environment.environment,
    cacheDir: cacheFolder,
    files: flags.files === true,
  });
  return { kind: 'python', path, interpreter, ...report };
}

async function verifyDevcontainer(
  { root, cacheFolder, environment }: OpenEnvironment,
  upTo: Tier | undefined,
  signal: AbortSignal,
): Promise<VerifyOutcome> {
  const path = lockPath(root, 'devcontainer');
  const lock = await readLock(path);
  if (lock === undefined) return { kind: 'devcontainer', path, ...unlocked };
  const report = await verifyContainer({
    ...{ lock, root, cacheFolder, signal, variables: environment },
    engine: async () => {
      const finding = await findEngine({ settings: {}, variables: environment, signal });
      return finding.engine === undefined ? { problem: finding.problem } : { engine: finding.engine };
    },
    ...(upTo === undefined ? {} : { upTo }),
  });
  return { kind: 'devcontainer', path, ...report };
}

/** Without a lock nothing can be told. */
function exitCodeOf(verdict: DriftReport['verdict']): number {
  switch (verdict) {
    case 'clean':
      return exitCodes.done;
    case 'drifted':
      return exitCodes.negative;
    case 'unlocked':
    case 'unknown':
      return exitCodes.impossible;
  }
}
