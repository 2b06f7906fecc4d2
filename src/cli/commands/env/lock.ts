/** `lockstep env lock`: writes down exactly which environment it is. */
import { relative } from 'node:path';
import packageJson from '../../../../package.json' with { type: 'json' };
import type { EnvironmentLock } from '../../../environments/environmentLock.ts';
import { lockKindOf, lockPath } from '../../../environments/lock/lockPaths.ts';
import type { LockKind } from '../../../environments/lock/lockPaths.ts';
import { lockContainer } from '../../../environments/lock/container/lockContainer.ts';
import { readLock } from '../../../environments/lock/readLock.ts';
import { lockPythonProject } from '../../../environments/python/lockPythonProject.ts';
import { exitCodes } from '../../cliContext.ts';
import type { Subcommand } from '../../cliContext.ts';
import { jsonOption, newCommand, parseWords } from '../../readWords.ts';
import { countText } from '../../text/describe.ts';
import { printable } from '../../text/printable.ts';
import { usableEngine } from './environmentRequest.ts';
import type { OpenEnvironment } from './openEnvironment.ts';
import { pythonOf } from './pythonOf.ts';
import { runEnvCommand } from './runEnvCommand.ts';

export const envLock: Subcommand = {
  name: 'env lock',
  async run(words, context) {
    const parser = newCommand(
      'env lock',
      'Write down exactly which environment this project has, in a file to commit.',
      context,
    )
      .option('--python', 'lock the Python environment, also where there is a devcontainer')
      .option('--interpreter <path>', 'of the Python environment; else the one a run would use')
      .option('--config <path>', 'which devcontainer.json, where there are several')
      .option('--offline', 'ask neither the package index for hashes nor a registry for digests')
      .option('--force', 'also over a lock that cannot be read, or that a newer version made')
      .addOption(jsonOption());
    if (!parseWords(parser, words)) return exitCodes.done;
    const flags = parser.opts<LockFlags>();
    return runEnvCommand(context, {
      json: flags.json === true,
      stopped: 'The lock is as it was.',
      work: (environment, signal) => lockOf(environment, flags, context.cwd, signal),
      tell: ({ path, changed, lock, notes }, { root, project }) => {
        const file = printable(relative(root, path));
        context.terminal.out(
          changed
            ? `${file} says ${summary(lock)}.${project.inGit ? ' Commit it.' : ''}\n`
            : `${file} said so already: ${summary(lock)}.\n`,
        );
        for (const note of notes) context.terminal.err(`lockstep: ${printable(note)}\n`);
      },
      code: () => exitCodes.done,
    });
  },
};

interface LockFlags {
  readonly python?: true;
  readonly interpreter?: string;
  readonly config?: string;
  readonly offline?: true;
  readonly force?: true;
  readonly json?: true;
}

interface LockOutcome {
  readonly kind: LockKind;
  readonly path: string;
  readonly sha256: string;
  readonly changed: boolean;
  readonly interpreter?: string;
  readonly notes: readonly string[];
  readonly lock: EnvironmentLock;
}

async function lockOf(
  environment: OpenEnvironment,
  flags: LockFlags,
  cwd: string,
  signal: AbortSignal,
): Promise<LockOutcome> {
  const { root, cacheFolder } = environment;
  const python = flags.python === true || flags.interpreter !== undefined;
  if (!python && (flags.config !== undefined || lockKindOf(root) === 'devcontainer')) {
    if (flags.force !== true) await readLock(lockPath(root, 'devcontainer'));
    const locked = await lockContainer({
      ...{ root, cacheFolder, signal, toolVersion: packageJson.version },
      engine: await usableEngine(environment.environment, signal),
      variables: environment.environment,
      offline: flags.offline === true,
      ...(flags.config === undefined ? {} : { config: flags.config }),
    });
    return { kind: 'devcontainer', ...locked };
  }
  if (flags.force !== true) await readLock(lockPath(root, 'python'));
  const locked = await lockPythonProject({
    ...{ root, signal, toolVersion: packageJson.version },
    found: flags.interpreter === undefined,
    interpreter: await pythonOf(environment, flags.interpreter, cwd, signal),
    variables: environment.environment,
    cacheDir: cacheFolder,
    offline: flags.offline === true,
  });
  return { kind: 'python', ...locked };
}

function summary({ python, container }: EnvironmentLock): string {
  const packages =
    python === undefined
      ? undefined
      : `Python ${python.version} (${python.manager}) with ${countText(python.packages.length, 'package')}`;
  if (container === undefined) return packages ?? 'nothing';
  const system =
    container.dpkg === undefined ? undefined : `${countText(container.dpkg.length, 'package')} of the system`;
  const image = `image ${container.image.id.slice(0, 19)}`;
  return [image, countText(Object.keys(container.files).length, 'file'), system, packages]
    .filter(part => part !== undefined)
    .join(', ');
}
