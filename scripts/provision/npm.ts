/** Runs npm itself, quietly, without install scripts. */
import { runCommand } from '../../src/base/runCommand.ts';

/** Rejects with npm's own words when it fails. */
export async function npm(args: readonly string[], cwd: string): Promise<void> {
  // Inside an npm script npm says where its own program lies, which also works where `npm` is a batch file.
  const cli = process.env['npm_execpath'];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--no-update-notifier'];
  const outcome = await runCommand({
    program: cli === undefined ? 'npm' : process.execPath,
    args: [...(cli === undefined ? [] : [cli]), ...args, ...quiet],
    cwd,
    env: ownSettingsOnly(process.env),
  });
  if (outcome.exitCode !== 0) throw new Error(`npm ${args.join(' ')} failed:\n${outcome.stderr.trim()}`);
}

/** What the npm around us hands down about this project would be taken for settings of the other folder. */
function ownSettingsOnly(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const handedDown =
    /^(npm_package_|npm_lifecycle_|npm_config_(local_prefix|prefix|omit|include|global)$|NODE_ENV$)/i;
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !handedDown.test(name)));
}
