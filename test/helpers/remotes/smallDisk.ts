/** A file system of a few megabytes in memory, where the machine lets one be mounted. */
import { runCommand } from '../../../src/base/runCommand.ts';
import { errorText } from '../../../src/base/systemError.ts';

/** Without one the test is skipped, and fails where results are relied on. */
export async function smallDiskOrSkip(
  context: Mocha.Context,
  folder: string,
  megabytes: number,
): Promise<AsyncDisposable> {
  const run = async (program: string, args: readonly string[]): Promise<string> =>
    runCommand({ program, args }).then(
      ({ exitCode, stderr }) => (exitCode === 0 ? '' : stderr || `${program} exited with ${exitCode}`),
      errorText,
    );
  // A runner of tests may have to ask for the right to mount.
  const asRoot = (program: string, ...args: string[]): Promise<string> =>
    process.getuid?.() === 0 ? run(program, args) : run('sudo', ['-n', program, ...args]);
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
  const why =
    process.platform === 'linux'
      ? await asRoot('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,${owner}`, 'lockstep-test', folder)
      : 'only Linux mounts a file system in memory';
  if (why !== '') {
    if (process.env['CI'] === 'true') throw new Error(`There is no small disk: ${why}`);
    context.skip();
  }
  return {
    async [Symbol.asyncDispose]() {
      await asRoot('umount', '-l', folder);
    },
  };
}
