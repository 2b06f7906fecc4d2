/** A file system of a few megabytes in memory, where the machine lets one be mounted. */
import { runCommand } from '../../../src/base/runCommand.ts';

export async function smallDisk(
  folder: string,
  megabytes: number,
): Promise<AsyncDisposable & { there: boolean }> {
  const run = async (program: string, args: readonly string[]): Promise<boolean> =>
    runCommand({ program, args }).then(
      outcome => outcome.exitCode === 0,
      () => false,
    );
  const there =
    process.platform === 'linux' &&
    (await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'lockstep-test', folder]));
  return {
    there,
    async [Symbol.asyncDispose]() {
      if (there) await run('umount', ['-l', folder]);
    },
  };
}
