/** The sample as a project of its own: a fresh git repository in the user's cache folder, made once and then reused. */
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '../../src/base/runCommand.ts';
import { projectRoot } from '../projectRoot.ts';
import { userCacheFolder } from '../provision/userCache.ts';

/** Where `npm start` keeps the sample and its editor. */
export function sampleHome(): string {
  return join(userCacheFolder(), 'lockstep-sample');
}

/** The root of the repository; `made` says whether it is new. */
export async function sampleProject(
  home: string,
  environment: NodeJS.ProcessEnv,
): Promise<{ root: string; made: boolean }> {
  const root = join(home, 'digits');
  if (existsSync(join(root, '.git'))) return { root, made: false };
  await mkdir(home, { recursive: true });
  // Filled beside its place and renamed, so that an interrupted start leaves no half repository.
  const partial = await mkdtemp(join(home, 'digits.partial-'));
  try {
    await fillRepository(partial, environment);
    await rename(partial, root);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return { root, made: true };
}

/** Copies the sample to `root`, an empty folder, and commits it. No git identity of the person is needed or used. */
export async function fillRepository(root: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const source = join(projectRoot, 'samples', 'digits');
  const leftByRuns = /(^|[\\/])(__pycache__|model\.(json|joblib)|\.lockstep)$/;
  await cp(source, root, { recursive: true, filter: path => !leftByRuns.test(path) });
  const identity = ['-c', 'user.name=Lockstep', '-c', 'user.email=sample@lockstep.invalid'];
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['add', '--all'],
    [
      ...identity,
      '-c',
      'commit.gpgSign=false',
      'commit',
      '--quiet',
      '--no-verify',
      '--message',
      'Read handwritten digits',
    ],
  ]) {
    const outcome = await runCommand({ program: 'git', args, cwd: root, env: environment });
    if (outcome.exitCode !== 0)
      throw new Error(`git ${args.join(' ')} in ${dirname(root)} failed: ${outcome.stderr}`);
  }
}
