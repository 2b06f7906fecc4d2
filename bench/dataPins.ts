/** Two thousand `.dvc` files: reading them, and what changed between two commits, against `dvc status` and `dvc diff`. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../src/base/runCommand.ts';
import { initDataRepository } from '../src/data/config/initDataRepository.ts';
import { comparePins } from '../src/data/pins/comparePins.ts';
import { loadPins } from '../src/data/pins/loadPins.ts';
import { projectRoot } from '../scripts/projectRoot.ts';
import { pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { gitRepository } from '../test/helpers/gitRepository.ts';
import { measure, ratios, type Measured } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const pinCount = 2_000;
const folderCount = 200;
const changedCount = 20;
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 7);

await using repository = await gitRepository({ 'readme.txt': '' });
const { root, home } = repository;
const env = {
  ...repository.environment,
  DVC_NO_ANALYTICS: '1',
  DVC_SITE_CACHE_DIR: join(home, 'dvc-site'),
};
mkdirSync(join(home, 'dvc-site'));
const data = await initDataRepository(root, { environment: repository.environment });
for (const version of ['one', 'two']) {
  for (let index = 0; index < pinCount; index++) writePin(index, version);
  await repository.commit(version);
}
await repository.git('gc', '--quiet');

const { programs, title } = await pythonPeer('dvc', console.log);
const dvc = join(programs, 'dvc');
const cli = join(projectRoot, 'dist', 'cli.cjs');
const [bare, cold, warm, firstCompare, compare, status, diff, dvcStart, dvcStatus, dvcDiff] = await measure(
  [
    { name: 'node alone', act: () => run(process.execPath, ['-e', '0']) },
    { name: 'cold', act: () => timed(loadAll, true) },
    { name: 'warm', act: () => timed(loadAll) },
    { name: 'first compare', act: () => timed(compareCommits, true) },
    { name: 'compare', act: () => timed(compareCommits) },
    { name: 'status', act: () => run(process.execPath, [cli, 'data', 'status', '--json']) },
    { name: 'diff', act: () => run(process.execPath, [cli, 'data', 'diff', 'HEAD~1', 'HEAD', '--json']) },
    { name: 'dvc --version', act: () => run(dvc, ['--version']) },
    { name: 'dvc status', act: () => run(dvc, ['status', '--json']) },
    { name: 'dvc diff', act: () => run(dvc, ['diff', '--json', 'HEAD~1', 'HEAD']) },
  ],
  rounds,
);

const ms = (measured: Measured | undefined): string =>
  measured === undefined ? '–' : formatSpread(measured.spread, 'ms', 0);
const times = (theirs: Measured | undefined, ours: Measured | undefined): string =>
  theirs === undefined || ours === undefined ? '–' : formatSpread(ratios(theirs, ours), '×', 1);
const each = pinCount.toLocaleString('en');
await writeTable({
  topic: 'dataPins',
  title: `Reading ${each} pins`,
  method:
    `${each} \`.dvc\` files in ${folderCount} folders, two commits that differ in ${changedCount} of them, no data in the ` +
    `working tree; ${title}. Calls run inside a process that has started; whole processes print JSON to a pipe ` +
    '(ours from the bundle). First: nothing is remembered from before. The page cache is warm; the sides take turns; ' +
    `each cell is the median (minimum–maximum) of ${rounds} rounds, ratios are taken round by round.`,
  columns: ['what', 'time', 'dvc takes', 'aim'],
  rows: [
    ['start of Node alone', ms(bare), '', ''],
    ['every pin of the working tree, first call', ms(cold), '', ''],
    ['every pin of the working tree, call', ms(warm), '', 'well under 100 ms'],
    ['what changed between two commits, first call', ms(firstCompare), '', ''],
    ['what changed between two commits, call', ms(compare), '', '100 ms'],
    ['`lockstep data status`, whole process', ms(status), times(dvcStatus, status), '20×'],
    ['`lockstep data diff`, whole process', ms(diff), times(dvcDiff, diff), ''],
    ['`dvc --version`, whole process', ms(dvcStart), '', ''],
    ['`dvc status`, whole process', ms(dvcStatus), '', ''],
    ['`dvc diff`, whole process', ms(dvcDiff), '', ''],
  ],
  findings:
    'The start of Node alone tells how busy the machine was: on an idle one it takes about 50 ms. Ratios hold either ' +
    'way, because the sides took turns.',
});

async function loadAll(): Promise<void> {
  assert.equal((await loadPins(data)).outputs.length, pinCount);
}

async function compareCommits(): Promise<void> {
  const before = await loadPins(data, { revision: 'HEAD~1' });
  const after = await loadPins(data, { revision: 'HEAD' });
  assert.equal(comparePins(before, after).length, changedCount);
}

/** Milliseconds; what has to be forgotten before is not counted. */
async function timed(act: () => Promise<void>, forget = false): Promise<number> {
  if (forget) rmSync(data.stateFolder, { recursive: true, force: true });
  const start = performance.now();
  await act();
  return performance.now() - start;
}

function writePin(index: number, version: string): void {
  const folder = join(root, 'data', `part ${index % folderCount}`);
  const changes = index % (pinCount / changedCount) === 0;
  const md5 = createHash('md5')
    .update(`${changes ? version : ''}${index}`)
    .digest('hex');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${index}.csv.dvc`),
    `outs:\n- md5: ${md5}\n  size: ${index}\n  hash: md5\n  path: ${index}.csv\n`,
  );
  const names = Array.from(
    { length: pinCount / folderCount },
    (_, row) => row * folderCount + (index % folderCount),
  );
  writeFileSync(join(folder, '.gitignore'), names.map(name => `/${name}.csv\n`).join(''));
}

/** Ends with 0, or with 1: not in sync. */
async function run(program: string, args: readonly string[]): Promise<void> {
  const outcome = await runCommand({ program, args, cwd: root, env });
  assert.ok(
    outcome.exitCode === 0 || outcome.exitCode === 1,
    `${program} ${args.join(' ')}: ${outcome.stderr}`,
  );
}
