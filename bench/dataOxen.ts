/** Adding and looking at a folder of many small files, against Oxen, in turns: a process each time on both sides. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectRoot } from '../scripts/projectRoot.ts';
import { peerTitle, pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { runCommand } from '../src/base/runCommand.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { measure, ratios } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 3);
const fileCount = Number(process.env['LOCKSTEP_BENCH_FILES'] ?? 50_000);

await using folder = await temporaryFolder('lockstep bench');
const peer = await pythonPeer('oxen', console.log);
const env = scrubbedEnvironment(folder.path, { LOCKSTEP_BENCH: '1' });
const data = join(folder.path, 'data');
for (let index = 0; index < fileCount; index += 1) {
  const place = join(data, `part-${Math.floor(index / 1000)}`);
  if (index % 1000 === 0) await mkdir(place, { recursive: true });
  await writeFile(join(place, `sample-${index}.bin`), `${index} `.repeat(1024).slice(0, 1024));
}
const roots = { Lockstep: join(folder.path, 'ours'), Oxen: join(folder.path, 'theirs') };
const words = {
  add: { Lockstep: ['add', 'data'], Oxen: 'repo.init(); repo.add("data")' },
  status: { Lockstep: ['status'], Oxen: 'repo.status()' },
};
type Act = keyof typeof words;

const rows: string[][] = [];
for (const act of ['add', 'status'] as const) {
  const [theirs, ours] = await measure(
    (['Oxen', 'Lockstep'] as const).map(name => ({
      name,
      act: async () => {
        if (act === 'add') await renew(roots[name]);
        const start = performance.now();
        await (name === 'Oxen' ? oxen(act) : lockstep(act));
        return performance.now() - start;
      },
    })),
    rounds,
    0,
  );
  assert.ok(theirs !== undefined && ours !== undefined);
  rows.push([
    act,
    formatSpread(ours.spread, 'ms', 0),
    formatSpread(theirs.spread, 'ms', 0),
    formatSpread(ratios(theirs, ours), 'times'),
  ]);
}
await writeTable({
  topic: 'dataOxen',
  title: 'Many small files, against Oxen',
  method: `${peerTitle('oxen')} by its Python interface and the bundle of Lockstep, whole processes in turns, ${fileCount.toLocaleString('en')} files of 1 KiB in ${Math.ceil(fileCount / 1000)} folders; \`add\` begins with nothing, \`status\` comes after it with nothing changed. Both hash every file and keep a copy. Median (minimum–maximum) of ${rounds} rounds.`,
  columns: ['what', 'Lockstep', 'Oxen', 'Oxen takes'],
  rows,
});

/** A project with the files and nothing that was added. */
async function renew(root: string): Promise<void> {
  await rm(root, { recursive: true, force: true });
  await mkdir(root, { recursive: true });
  await execute('cp', ['-r', data, join(root, 'data')], folder.path);
  await execute('git', ['init', '-q'], root);
  await execute('sync', [], root);
}

async function oxen(act: Act): Promise<void> {
  const script = `from oxen import Repo; repo = Repo("."); ${words[act].Oxen}`;
  await execute(peer.python, ['-c', script], roots.Oxen);
}

async function lockstep(act: Act): Promise<void> {
  const cli = join(projectRoot, 'dist', 'cli.cjs');
  await execute(process.execPath, [cli, 'data', ...words[act].Lockstep], roots.Lockstep);
}

async function execute(program: string, args: readonly string[], cwd: string): Promise<void> {
  const outcome = await runCommand({ program, args, cwd, env });
  assert.equal(outcome.exitCode, 0, `${program}: ${outcome.stderr}`);
}
