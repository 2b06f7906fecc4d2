/**
 * Push and pull of many small files through a remote in a folder, against dvc, in turns. Both start as a person starts
 * them: a process each time. `LOCKSTEP_BENCH_FILES` and `LOCKSTEP_BENCH_ROUNDS` make it smaller.
 */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { measure, ratios, type Side } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const files = Number(process.env['LOCKSTEP_BENCH_FILES'] ?? 10_000);
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 5);

const dvc = await pythonPeer('dvc', line => console.log(line));
const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-remotes-'));
const env: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: folder,
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
  DVC_NO_ANALYTICS: '1',
  DVC_SITE_CACHE_DIR: join(folder, 'dvc-site'),
};
const root = join(folder, 'repository');
const cache = join(root, '.dvc', 'cache');
const remote = join(folder, 'remote');
const tools: Readonly<Record<string, readonly [string, ...string[]]>> = {
  dvc: [join(dvc.programs, 'dvc')],
  Lockstep: [process.execPath, join(projectRoot, 'dist', 'cli.cjs'), 'data'],
};

try {
  await mkdir(join(root, 'data'), { recursive: true });
  for (let index = 0; index < files; index += 1)
    await writeFile(join(root, 'data', `${index}.txt`), `${index}\n`.repeat(200));
  for (const args of [
    ['init', '--no-scm'],
    ['add', 'data'],
    ['remote', 'add', '-d', 'folder', remote],
  ])
    await run(['dvc', ...args]);

  const rows: string[][] = [];
  for (const [what, args, before] of [
    ['push', ['push'], (): Promise<void> => rm(remote, { recursive: true, force: true })],
    ['push, nothing to do', ['push'], undefined],
    ['fetch', ['fetch'], (): Promise<void> => rm(cache, { recursive: true, force: true })],
    [
      'pull',
      ['pull'],
      async (): Promise<void> => {
        await rm(cache, { recursive: true, force: true });
        await rm(join(root, 'data'), { recursive: true, force: true });
      },
    ],
  ] as const) {
    const side = (name: string): Side => ({
      name,
      act: async () => {
        await before?.();
        const start = performance.now();
        await run([name, ...args]);
        const took = performance.now() - start;
        assert.equal(await objectsIn(remote), files + 1, `${what} by ${name}`);
        assert.equal(await objectsIn(cache), files + 1, `${what} by ${name}`);
        return took;
      },
    });
    const [theirs, ours] = await measure([side('dvc'), side('Lockstep')], rounds);
    assert.ok(theirs !== undefined && ours !== undefined);
    rows.push([
      what,
      formatSpread(scaled(theirs.spread), 's', 2),
      formatSpread(scaled(ours.spread), 's', 2),
      formatSpread(ratios(theirs, ours), '×'),
    ]);
  }
  await writeTable({
    topic: 'dataRemotes',
    title: 'Push and pull through a remote in a folder',
    method: `${files.toLocaleString('en')} files of about 1 kB in one pinned folder, ${rounds} rounds in turns after one uncounted, warm page cache, ${availableParallelism()} cores, ${dvc.title}. Both tools run as a process of their own each time and end with the same objects; Lockstep proves the hash of each on its way. Median (minimum–maximum); the last column compares round by round.`,
    columns: ['', 'dvc', 'Lockstep', 'dvc takes'],
    rows,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function run([tool = '', ...args]: readonly string[]): Promise<void> {
  const [program, ...first] = tools[tool] ?? [tool];
  const outcome = await runCommand({ program, args: [...first, ...args], cwd: root, env });
  assert.equal(outcome.exitCode, 0, `${tool} ${args.join(' ')}: ${outcome.stderr}`);
}

async function objectsIn(place: string): Promise<number> {
  const entries = await readdir(join(place, 'files', 'md5'), { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).length;
}

function scaled(spread: { min: number; median: number; max: number }): typeof spread {
  return { min: spread.min / 1000, median: spread.median / 1000, max: spread.max / 1000 };
}
