/**
 * Filling Git LFS pointers from the local store and from a server, against `git lfs`, in turns. Both start as a person
 * starts them. `LOCKSTEP_BENCH_FILES` and `LOCKSTEP_BENCH_ROUNDS` make it smaller.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { testLfsServer } from '../test/helpers/lfsServer.ts';
import { measure, ratios, type Side } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const files = Number(process.env['LOCKSTEP_BENCH_FILES'] ?? 2_000);
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 5);

const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-lfs-'));
const env: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: folder,
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
};
const root = join(folder, 'repository');
const content = (index: number): string => `${index}\n`.repeat(2_000);
const version = (await run('git', 'lfs', 'version')).split(' ')[0] ?? '';

await using server = await testLfsServer();
try {
  await mkdir(root);
  await run('git', 'init', '--quiet');
  await run('git', 'config', 'user.name', 'Bench');
  await run('git', 'config', 'user.email', 'bench@lockstep.invalid');
  await run('git', 'config', 'lfs.url', server.url);
  await run('git', 'config', 'lfs.locksverify', 'false');
  await run('git', 'lfs', 'install', '--local', '--skip-repo');
  await run('git', 'lfs', 'track', '*.bin');
  for (let index = 0; index < files; index += 1) await writeFile(join(root, `${index}.bin`), content(index));
  await run('git', 'add', '--all');
  await run('git', 'commit', '--quiet', '--message', 'Files');
  await run('git', 'lfs', 'push', '--all', server.url);
  assert.equal(server.objects.size, files);

  const rows: string[][] = [];
  for (const [what, program, objects] of [
    ['fill from the local store', ['git', 'lfs', 'checkout'], 'kept'],
    ['pull from a server', ['git', 'lfs', 'pull'], 'removed'],
  ] as const) {
    const side = (name: string, words: readonly string[]): Side => ({
      name,
      act: async () => {
        await pointersAgain();
        if (objects === 'removed')
          await rm(join(root, '.git', 'lfs', 'objects'), { recursive: true, force: true });
        const start = performance.now();
        await run(...words);
        const took = performance.now() - start;
        for (const index of [0, files - 1])
          assert.equal(
            await readFile(join(root, `${index}.bin`), 'utf8'),
            content(index),
            `${what} by ${name}`,
          );
        assert.equal(await run('git', 'status', '--porcelain'), '', `${what} by ${name}`);
        return took;
      },
    });
    const own = [process.execPath, join(projectRoot, 'dist', 'cli.cjs'), 'data'];
    const [theirs, ours] = await measure(
      [side('git-lfs', program), side('Lockstep', [...own, objects === 'kept' ? 'checkout' : 'pull'])],
      rounds,
    );
    assert.ok(theirs !== undefined && ours !== undefined);
    rows.push([
      what,
      formatSpread(scaled(theirs.spread), 's', 2),
      formatSpread(scaled(ours.spread), 's', 2),
      formatSpread(ratios(theirs, ours), '×'),
    ]);
  }
  await writeTable({
    topic: 'lfsFill',
    title: 'Git LFS files from pointers to content',
    method: `${files.toLocaleString('en')} files of about 10 kB, ${rounds} rounds in turns after one uncounted, warm page cache, ${availableParallelism()} cores, ${version}; the server runs in the measuring process. Both sides are a process of their own each time and end with the same bytes, which git calls unmodified. Median (minimum–maximum); the last column compares round by round.`,
    columns: ['', 'git-lfs', 'Lockstep', 'git-lfs takes'],
    rows,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** What a clone without git-lfs has: pointers, which git calls unmodified. */
async function pointersAgain(): Promise<void> {
  const { stdout } = await git('ls-files', '-z', '*.bin');
  const names = stdout.toString('utf8').split('\0').filter(Boolean);
  await Promise.all(names.map(name => rm(join(root, name), { force: true })));
  const outcome = await runCommand({
    ...{ program: 'git', args: ['checkout', '--quiet', '--', '.'], cwd: root },
    env: { ...env, GIT_LFS_SKIP_SMUDGE: '1' },
  });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
}

async function run(...[program = '', ...args]: readonly string[]): Promise<string> {
  const cwd = program === 'git' && args[1] === 'version' ? folder : root;
  const outcome = await runCommand({ program, args, cwd, env });
  assert.equal(outcome.exitCode, 0, `${program} ${args.join(' ')}: ${outcome.stderr}`);
  return outcome.stdout.toString('utf8');
}

async function git(...args: readonly string[]): ReturnType<typeof runCommand> {
  return runCommand({ program: 'git', args, cwd: root, env });
}

function scaled(spread: { min: number; median: number; max: number }): typeof spread {
  return { min: spread.min / 1000, median: spread.median / 1000, max: spread.max / 1000 };
}
