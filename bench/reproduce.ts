/**
 * From the call of `lockstep reproduce` to the first moment of the command: for the sample, and for a large repository
 * with pinned data. `LOCKSTEP_BENCH_FILES`, `LOCKSTEP_BENCH_MEGABYTES` and `LOCKSTEP_BENCH_ROUNDS` make it smaller.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { RunStore } from '../src/runs/runStore.ts';
import { waitFor } from '../test/helpers/waitFor.ts';
import { gitRepository } from '../test/helpers/gitRepository.ts';
import type { GitRepository } from '../test/helpers/gitRepository.ts';
import { spreadOf } from './harness/measure.ts';
import type { Spread } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const files = Number(process.env['LOCKSTEP_BENCH_FILES'] ?? 50_000);
const megabytes = Number(process.env['LOCKSTEP_BENCH_MEGABYTES'] ?? 2_048);
const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 7);
const perFile = 16;
/** From linux/magic.h. */
const tmpfs = 0x01021994;

const cli = join(projectRoot, 'dist', 'cli.cjs');
const root = process.getuid?.() === 0;
const sample = await measured(await sampleRepository(), ['python3', 'train.py', '--epochs', '2'], rounds);
const large = await measured(await largeRepository(), ['python3', 'train.py'], Math.min(rounds, 3));

await writeTable({
  topic: 'reproduce',
  title: 'How long a reproduction takes to start',
  method:
    `From the start of \`lockstep reproduce\` to the start of the command as its record tells it, checkout, data and the ` +
    `look at the packages included; ${rounds} rounds for the sample, ${Math.min(rounds, 3)} for the large repository, which has ` +
    `${files.toLocaleString('en-US')} files and ${megabytes.toLocaleString('en-US')} MB of pinned data that the run reads.` +
    (root ? ' As root, who gets copies of pinned data, because to root nothing is read-only.' : '') +
    ((await statfs(tmpdir())).type === tmpfs
      ? ' On a file system in memory: the disk of this machine takes up to ten times as long to write a checkout where another was removed a moment ago.'
      : ''),
  columns: ['what', 'median (min–max)', 'aim'],
  rows: [
    ['the sample', ms(sample), 'under 1,000 ms'],
    ['the large repository', ms(large), 'under 5,000 ms'],
  ],
  findings: [
    sample.median < 1_000 ? '' : 'The sample misses the aim of 1 s.',
    large.median < 5_000 ? '' : 'The large repository misses the aim of 5 s.',
  ]
    .filter(text => text !== '')
    .join(' '),
});

function ms(spread: Spread): string {
  return formatSpread(spread, 'ms', 0);
}

async function sampleRepository(): Promise<GitRepository> {
  const made = await gitRepository({});
  await cp(join(projectRoot, 'samples', 'digits'), made.root, { recursive: true });
  await made.commit('the sample');
  return made;
}

async function largeRepository(): Promise<GitRepository> {
  const program = `
import json, os
total = 0
for name in sorted(os.listdir('data')):
    with open(os.path.join('data', name), 'rb') as file:
        total += file.read(1)[0]
print(json.dumps({'step': 0, 'total': total}))
`;
  const made = await gitRepository({ 'train.py': program });
  for (let at = 0; at < files; at += 500) {
    const part: Record<string, string> = {};
    for (let index = at; index < Math.min(files, at + 500); index += 1)
      part[`src/part${Math.floor(index / 100)}/file${index}.py`] = `x = ${index}\n`.repeat(100);
    await made.write(part);
  }
  await mkdir(join(made.root, 'data'));
  for (let index = 0; index * perFile < megabytes; index += 1)
    await writeFile(join(made.root, 'data', `${index}.bin`), noise(index));
  await lockstep(made, 'data', 'add', 'data');
  await made.commit('everything');
  return made;
}

/** Bytes that do not compress, of which no two files have the same. */
function noise(index: number): Buffer {
  const block = Buffer.concat(
    Array.from({ length: 1024 }, (_, at) => createHash('sha512').update(`${index} ${at}`).digest()),
  );
  return Buffer.concat(Array.from({ length: (perFile * 1024 * 1024) / block.length }, () => block));
}

async function measured(made: GitRepository, argv: readonly string[], times: number): Promise<Spread> {
  await using repository = made;
  await lockstep(repository, 'run', '--', ...argv);
  const store = new RunStore(join(repository.root, '.git', 'lockstep'));
  const original = await store.resolve('@1');
  await waitFor('what was captured', async () => (await store.read(original)).captured !== undefined, {
    deadlineMs: 120_000,
  });
  const took: number[] = [];
  for (let round = 0; round <= times; round += 1) {
    const begin = Date.now();
    const said = await lockstep(repository, 'reproduce', original, '--json');
    const { reproductionId } = JSON.parse(said) as { reproductionId: string };
    const { result } = await store.read(reproductionId);
    // The first one warms the caches of the system.
    if (round > 0) took.push(Date.parse(result?.startedAt ?? '') - begin);
  }
  await waitFor('the checkouts to be gone', async () => {
    const left = await readdir(join(repository.home, '.cache', 'lockstep', 'checkouts'));
    return left.length === 0;
  });
  return spreadOf(took);
}

/** Resolves with its standard output. A verdict that is not identical is told, and no failure of the measurement. */
async function lockstep(repository: GitRepository, ...words: string[]): Promise<string> {
  const outcome = await runCommand({
    ...{
      program: process.execPath,
      args: [cli, ...words],
      cwd: repository.root,
      env: repository.environment,
    },
    timeoutMs: 20 * 60_000,
  });
  const stdout = outcome.stdout.toString('utf8');
  if (outcome.exitCode !== 0 && !stdout.includes('"verdict"'))
    throw new Error(`lockstep ${words.join(' ')}: ${stdout}${outcome.stderr}`);
  if (words[0] === 'reproduce' && !/"verdict": ?"identical"/.test(stdout))
    console.log(`not identical: ${stdout.slice(0, 600)}`);
  return stdout;
}
