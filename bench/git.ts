/**
 * What ten thousand kept snapshots cost git itself: fetch, status and log of the same repository with and without
 * them, and whether any of these shows them.
 */
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../src/base/runCommand.ts';
import { findRepository } from '../src/git/findRepository.ts';
import { keepTrees, listKeptTrees } from '../src/git/keepTrees.ts';
import { snapshotRepositoryOf } from '../src/git/snapshotStore.ts';
import { takeSnapshot } from '../src/git/takeSnapshot.ts';
import { childCpuMs } from './harness/childCpu.ts';
import { formatSpread } from './harness/writeTable.ts';
import { measure, ratios, type Side } from './harness/measure.ts';
import { writeTable } from './harness/writeTable.ts';

const snapshots = 10_000;
const files = 2_000;
const commits = 500;
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 41);

const author = 'committer A Tester <tester@example.invalid> 1700000000 +0000';
let upstreamCommits = 0;
const loadBefore = loadavg()[0] ?? 0;

const folder = await mkdtemp(join(tmpdir(), 'lockstep-bench-git-'));
const environment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: folder,
  LANG: 'C.UTF-8',
  GIT_CONFIG_NOSYSTEM: '1',
};
try {
  const upstream = join(folder, 'upstream.git');
  const without = join(folder, 'without');
  const withSnapshots = join(folder, 'with snapshots');
  await makeUpstream(upstream);
  await git(folder, 'clone', '--quiet', upstream, without);
  await cp(without, withSnapshots, { recursive: true, preserveTimestamps: true });
  await git(withSnapshots, 'status');
  await addSnapshots(withSnapshots);

  const commands = {
    'git status': ['status', '--porcelain'],
    'git log --all': ['log', '--all', '--decorate', '--format=%H%d %s'],
    'git fetch': ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', 'fetch', '--quiet'],
  } as const;
  const rows: string[][] = [];
  const missed: string[] = [];
  for (const [name, args] of Object.entries(commands)) {
    const [plain, other] = await Promise.all([without, withSnapshots].map(root => git(root, ...args)));
    assert.ok(plain === other, `${name} shows something of ours`);
    const cpu = new Map<string, number>();
    const side = (sideName: string, root: string): Side => ({
      name: sideName,
      act: async round => {
        // A fetch with nothing to fetch says little: every round has a new commit upstream.
        if (name === 'git fetch' && root === without) await commitUpstream(upstream, round);
        const before = childCpuMs() ?? 0;
        const start = performance.now();
        await git(root, ...args);
        const time = performance.now() - start;
        cpu.set(sideName, (cpu.get(sideName) ?? 0) + (childCpuMs() ?? 0) - before);
        return time;
      },
    });
    const [base, ours] = await measure([side('without', without), side('with', withSnapshots)], rounds, 2);
    assert.ok(base !== undefined && ours !== undefined);
    const ratio = ratios(ours, base);
    const [cpuBase = 0, cpuOurs = 0] = ['without', 'with'].map(each => cpu.get(each));
    const least = ours.spread.min / base.spread.min;
    if (ratio.median > 1.2) missed.push(`${name}: ${ratio.median.toFixed(2)}`);
    rows.push([
      `\`${name}\``,
      formatSpread(base.spread, 'ms'),
      formatSpread(ours.spread, 'ms'),
      formatSpread(ratio, '×', 2),
      `${least.toFixed(2)}×`,
      cpuBase === 0 ? '' : `${(cpuOurs / cpuBase).toFixed(2)}×`,
    ]);
  }
  await measureSnapshot(withSnapshots, rows);
  await writeTable({
    topic: 'git',
    title: `Git beside ${snapshots.toLocaleString('en')} snapshots`,
    method:
      `A clone with ${files.toLocaleString('en')} files and ${commits} commits, and a copy of it that holds ` +
      `${snapshots.toLocaleString('en')} snapshots with a distinct tree each, as the runs leave them. The sides take ` +
      `turns; each cell is the median (minimum–maximum) of ${rounds} rounds, the ratio is taken round by round. ` +
      'Before every fetch a commit is added upstream. The output of each command is compared between the sides ' +
      'and is the same. CPU time is the user and system time of all rounds together. Below: the time to take one ' +
      `more snapshot beside the others. Load of the machine meanwhile: ${loadBefore.toFixed(0)} at the beginning, ` +
      `${(loadavg()[0] ?? 0).toFixed(0)} at the end, on ${availableParallelism()} cores; where that is more than the cores, wall times ` +
      'are upper bounds, and the minima and the CPU time say most.',
    columns: ['command', 'without', 'with', 'ratio', 'ratio of the minima', 'ratio of CPU time'],
    rows,
    findings:
      missed.length === 0
        ? 'Aim: at most 1.2 times, and nothing of ours shown. Reached.'
        : `Aim: at most 1.2 times, and nothing of ours shown. Missed by ${missed.join('; ')}.`,
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const outcome = await runCommand({ program: 'git', args, cwd, env: environment });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  return outcome.stdout.toString('utf8');
}

async function fastImport(root: string, stream: string): Promise<void> {
  const args = ['fast-import', '--quiet', '--force'];
  const outcome = await runCommand({ program: 'git', args, cwd: root, env: environment, input: stream });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

async function makeUpstream(root: string): Promise<void> {
  await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', root);
  let stream = '';
  for (let commit = 0; commit < commits; commit++) {
    stream += `commit refs/heads/main\n${author}\n${data(`commit ${commit}`)}`;
    const changed = commit === 0 ? Array.from({ length: files }, (_, file) => file) : [commit % files];
    for (const file of changed)
      stream += `M 100644 inline package${file % 20}/file${file}.py\n${data(`# ${file}\nvalue = ${commit}\n`)}`;
  }
  await fastImport(root, stream);
}

async function commitUpstream(root: string, round: number): Promise<void> {
  const text = `${round} ${upstreamCommits++}`;
  await fastImport(
    root,
    `commit refs/heads/main\n${author}\n${data(text)}from refs/heads/main^0\nM 100644 inline fetched.txt\n${data(text)}`,
  );
}

/** As ten thousand runs would leave them: a changed file each, so a blob, a folder and a root tree, all loose. */
async function addSnapshots(root: string): Promise<void> {
  const first = await takeSnapshot({ root, environment });
  assert.equal(first.known, 'captured');
  const repository = await findRepository(root, {});
  assert.ok(repository !== undefined);
  const own = snapshotRepositoryOf(repository);
  const head = (await git(root, 'rev-parse', 'HEAD')).trim();
  const scratch = 'refs/heads/bench-scratch';
  let stream = `reset ${scratch}\nfrom ${head}\n`;
  for (let run = 0; run < snapshots; run++) {
    stream += `commit ${scratch}\n${author}\n${data('x')}M 100644 inline package1/file1.py\n${data(`run = ${run}\n`)}`;
  }
  const inStore = async (args: readonly string[], input?: string): Promise<string> => {
    const outcome = await runCommand({
      program: 'git',
      args: [`--git-dir=${own.gitDir}`, ...args],
      env: { ...environment, GIT_ALTERNATE_OBJECT_DIRECTORIES: join(repository.commonDir, 'objects') },
      ...(input === undefined ? {} : { input }),
    });
    assert.equal(outcome.exitCode, 0, outcome.stderr);
    return outcome.stdout.toString('utf8');
  };
  await inStore(
    ['-c', `fastimport.unpackLimit=${snapshots * 10}`, 'fast-import', '--quiet', '--force'],
    stream,
  );
  const trees = (await inStore(['log', '--format=%T', `-${snapshots}`, scratch])).trim().split('\n');
  assert.equal(new Set(trees).size, snapshots);
  const context = { repository: own, environment };
  await keepTrees(context, trees);
  await inStore(['update-ref', '-d', scratch]);
  await inStore(['prune', '--expire=now']);
  assert.equal((await listKeptTrees(context)).length, snapshots);
}

async function measureSnapshot(root: string, rows: string[][]): Promise<void> {
  const take = async (): Promise<number> => {
    const start = performance.now();
    const snapshot = await takeSnapshot({ root, environment });
    assert.equal(snapshot.known, 'captured');
    return performance.now() - start;
  };
  const [clean] = await measure([{ name: 'clean', act: take }], rounds, 2);
  const [dirty] = await measure(
    [
      {
        name: 'dirty',
        act: async round => {
          await writeFile(join(root, 'package1', 'file1.py'), `round = ${round} of ${process.pid}\n`);
          return take();
        },
      },
    ],
    rounds,
    2,
  );
  assert.ok(clean !== undefined && dirty !== undefined);
  rows.push(['a snapshot, nothing changed', '', formatSpread(clean.spread, 'ms'), '', '', '']);
  rows.push(['a snapshot, one file newly changed', '', formatSpread(dirty.spread, 'ms'), '', '', '']);
}
