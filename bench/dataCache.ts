/** Adding, looking at and checking out data, against DVC: one folder of small files, and some large ones. */
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { once } from 'node:events';
import { runCommand } from '../src/base/runCommand.ts';
import { systemErrorCode } from '../src/base/systemError.ts';
import { projectRoot } from '../scripts/projectRoot.ts';
import { peerTitle, pythonPeer } from '../scripts/provision/pythonPeers.ts';
import { scrubbedEnvironment } from '../test/helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../test/helpers/temporaryFolder.ts';
import { childCpuMs } from './harness/childCpu.ts';
import { measure, ratios, spreadOf, type Measured, type Spread } from './harness/measure.ts';
import { formatSpread, writeTable } from './harness/writeTable.ts';

const rounds = Number(process.env['LOCKSTEP_BENCH_ROUNDS'] ?? 5);
/** A single round is for machines without the time for more. */
const warmUps = rounds > 1 ? 1 : 0;
const fileCount = Number(process.env['LOCKSTEP_BENCH_FILES'] ?? 50_000);
const pinCount = Number(process.env['LOCKSTEP_BENCH_PINS'] ?? 2_000);
const largeGiB = Number(process.env['LOCKSTEP_BENCH_GIB'] ?? 4);
const cores = availableParallelism();

await using folder = await temporaryFolder('lockstep bench');
const peer = await pythonPeer('dvc', console.log);
const dvc = join(dirname(peer.python), 'dvc');
const env = scrubbedEnvironment(folder.path, {
  DVC_SITE_CACHE_DIR: join(folder.path, 'site'),
  DVC_NO_ANALYTICS: '1',
  GIT_AUTHOR_NAME: 'Bench',
  GIT_AUTHOR_EMAIL: 'bench@example.org',
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@example.org',
});

/** One of the two tools with a project of its own. */
interface Tool {
  readonly name: 'Lockstep' | 'DVC';
  readonly root: string;
  run(...words: readonly string[]): Promise<string>;
  /** What makes the second look fast is forgotten. */
  forget(): Promise<void>;
}

const rows: string[][] = [];
/** Of the act that was timed last, its programs and theirs: ms. */
let cpuSpent = Number.NaN;
await smallFiles();
await manyPins();
if (largeGiB > 0) await largeFiles();
await writeTable({
  topic: 'dataCache',
  title: 'Adding, looking at and checking out data',
  method:
    `${peerTitle('dvc')} and the bundle of Lockstep, whole processes, each in a project of its own on the same disk (a file system in memory where TMPDIR says so). ` +
    `Small: ${fileCount.toLocaleString('en')} files of 1 KiB in ${Math.ceil(fileCount / 1000)} folders, pinned as one folder. ` +
    `Pins: ${pinCount.toLocaleString('en')} files with a \`.dvc\` file each. Large: ${largeGiB} GiB in four files. ` +
    'Cold state: what the tool remembers of hashes was deleted before (the page cache is warm always). ' +
    'What a round has to find gone is moved aside, not deleted, and what was written before is on the disk when the clock starts. ' +
    `The tools take turns; each cell is the median (minimum–maximum) of ${rounds} rounds, ratios are taken round by round.`,
  columns: ['what', 'Lockstep', 'DVC', 'DVC takes', 'aim', 'of CPU time DVC takes'],
  rows,
  findings: 'The last rows compare with `md5sum`, one process per core, over the same files.',
});

async function smallFiles(): Promise<void> {
  const tools = await bothTools('small');
  for (const { root } of tools) await writeSmallFiles(join(root, 'data'));
  await compare(tools, 'add, nothing in the cache', '5', async tool => {
    await forgetAdded(tool, ['data.dvc']);
    return timed(() => tool.run('add', 'data'));
  });
  await compare(tools, 'status, nothing changed', '10', tool => timed(() => tool.run('status')));
  await compare(tools, 'status, nothing changed, cold state', '', async tool => {
    await tool.forget();
    return timed(() => tool.run('status'));
  });
  for (const link of ['copy', 'hardlink'])
    await compare(tools, `checkout by ${link}, nothing there`, '5', async tool => {
      await writeFile(join(tool.root, '.dvc', 'config'), `[cache]\n    type = ${link}\n`);
      await putAside(join(tool.root, 'data'));
      const took = await timed(() => tool.run('checkout'));
      const found = await readdir(join(tool.root, 'data'), { recursive: true });
      assert.ok(found.length >= fileCount);
      return took;
    });
  await compare(tools, 'checkout, nothing to do', '', tool => timed(() => tool.run('checkout')));
  await removeProjects(tools);
}

async function manyPins(): Promise<void> {
  const tools = await bothTools('pins');
  const names = Array.from({ length: pinCount }, (_, index) => `f${index}.bin`);
  for (const tool of tools) {
    for (const name of names) await writeFile(join(tool.root, name), name.repeat(20));
    await tool.run('add', ...names);
  }
  await compare(tools, `status of ${pinCount.toLocaleString('en')} pins`, '20', tool =>
    timed(() => tool.run('status')),
  );
  await removeProjects(tools);
}

async function largeFiles(): Promise<void> {
  const tools = await bothTools('large');
  const names = ['a.bin', 'b.bin', 'c.bin', 'd.bin'];
  for (const { root } of tools)
    for (const name of names) await writeLargeFile(join(root, name), largeGiB / names.length);
  const own = tools[0].root;
  for (const link of ['hardlink', 'copy']) {
    const hashing = {
      name: 'md5sum',
      act: () =>
        timed(() =>
          execute('sh', ['-c', `printf '%s\\n' ${names.join(' ')} | xargs -P ${cores} -n 1 md5sum`], own),
        ),
    };
    const sides = tools.map(tool => ({
      name: tool.name,
      act: async () => {
        await writeFile(join(tool.root, '.dvc', 'config'), `[cache]\n    type = ${link}\n`);
        await forgetAdded(
          tool,
          names.map(name => `${name}.dvc`),
        );
        return timed(() => tool.run('add', ...names));
      },
    }));
    const [ours, theirs, md5] = await measure([...sides, hashing], rounds, warmUps);
    if (ours === undefined || theirs === undefined || md5 === undefined) continue;
    pushRow(`add of ${largeGiB} GiB in ${names.length} files by ${link}`, ours, theirs, '');
    rows.push([
      `… of the rate of \`md5sum\` on ${cores} cores`,
      percent(ratios(md5, ours)),
      percent(ratios(md5, theirs)),
      '',
      '85 %',
      '',
    ]);
  }
  await removeProjects(tools);
}

async function compare(
  tools: readonly Tool[],
  what: string,
  aim: string,
  act: (tool: Tool) => Promise<number>,
): Promise<void> {
  const cpu = new Map(tools.map(tool => [tool, [] as number[]]));
  const [ours, theirs] = await measure(
    tools.map(tool => ({
      name: tool.name,
      act: async () => {
        const took = await act(tool);
        cpu.get(tool)?.push(cpuSpent);
        return took;
      },
    })),
    rounds,
    warmUps,
  );
  const [ourCpu = [], theirCpu = []] = [...cpu.values()].map(values => values.slice(warmUps));
  const cpuRatio = spreadOf(theirCpu.map((value, round) => value / (ourCpu[round] ?? Number.NaN)));
  if (ours !== undefined && theirs !== undefined)
    pushRow(what, ours, theirs, aim, formatSpread(cpuRatio, 'times'));
}

function pushRow(what: string, ours: Measured, theirs: Measured, aim: string, cpu = ''): void {
  rows.push([
    what,
    formatSpread(ours.spread, 'ms', 0),
    formatSpread(theirs.spread, 'ms', 0),
    formatSpread(ratios(theirs, ours), 'times'),
    aim === '' ? '' : `${aim} times`,
    cpu,
  ]);
  console.log(rows.at(-1)?.join(' | '));
}

function percent({ min, median, max }: Spread): string {
  return formatSpread({ min: min * 100, median: median * 100, max: max * 100 }, '%', 0);
}

async function bothTools(name: string): Promise<readonly [Tool, Tool]> {
  const made: Tool[] = [];
  for (const tool of ['Lockstep', 'DVC'] as const) {
    const root = join(folder.path, name, tool);
    await mkdir(root, { recursive: true });
    await execute('git', ['init', '-q'], root);
    await execute(dvc, ['init', '-q'], root);
    await writeFile(join(root, '.dvc', 'config'), '[cache]\n    type = copy\n');
    const program: readonly string[] =
      tool === 'DVC' ? [dvc] : [process.execPath, join(projectRoot, 'dist', 'cli.cjs'), 'data'];
    made.push({
      name: tool,
      root,
      run: (...words) => execute(program[0] ?? '', [...program.slice(1), ...words], root),
      forget: () =>
        rm(tool === 'DVC' ? join(folder.path, 'site') : join(root, '.dvc', 'tmp', 'lockstep', 'hashes'), {
          recursive: true,
          force: true,
        }),
    });
  }
  const [ours, theirs] = made;
  if (ours === undefined || theirs === undefined) throw new RangeError('two tools');
  return [ours, theirs];
}

/** As before the first `add`; the data stays, writable and with no second name. */
async function forgetAdded(tool: Tool, pins: readonly string[]): Promise<void> {
  for (const path of [...pins, '.dvc/cache', '.gitignore']) await putAside(join(tool.root, path));
  await execute('chmod', ['-R', 'u+w', '.'], tool.root);
  await tool.forget();
}

let asides = 0;

/**
 * Gone from its place, deleted only at the end: ext4 looks, for every file it makes, at all that were deleted in the
 * seconds before, so that the faster of two tools would wait longest for what the bench itself has deleted.
 */
async function putAside(path: string): Promise<void> {
  const aside = join(folder.path, 'aside');
  await mkdir(aside, { recursive: true });
  asides += 1;
  await rename(path, join(aside, String(asides))).catch((error: unknown) => {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  });
}

async function removeProjects(tools: readonly Tool[]): Promise<void> {
  for (const { root } of tools) await rm(root, { recursive: true, force: true });
}

async function writeSmallFiles(target: string): Promise<void> {
  for (let index = 0; index < fileCount; index += 1) {
    const place = join(target, `part-${Math.floor(index / 1000)}`);
    if (index % 1000 === 0) await mkdir(place, { recursive: true });
    await writeFile(join(place, `sample-${index}.bin`), `${index} `.repeat(1024).slice(0, 1024));
  }
}

async function writeLargeFile(path: string, gibibytes: number): Promise<void> {
  const stream = createWriteStream(path);
  const part = Buffer.alloc(4 * 1024 * 1024);
  for (let written = 0; written < gibibytes * 1024; written += 4) {
    part.fill(`${path} ${written} `);
    if (!stream.write(Buffer.from(part))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  // What was written before is on its way to the disk, and neither tool's to wait for.
  await execute('sync', [], folder.path);
  const cpuBefore = childCpuMs() ?? Number.NaN;
  const start = performance.now();
  await act();
  const took = performance.now() - start;
  cpuSpent = (childCpuMs() ?? Number.NaN) - cpuBefore;
  return took;
}

async function execute(program: string, args: readonly string[], cwd: string): Promise<string> {
  const outcome = await runCommand({ program, args, cwd, env });
  assert.equal(outcome.exitCode, 0, `${program} ${args.slice(0, 3).join(' ')}: ${outcome.stderr}`);
  return outcome.stdout.toString('utf8');
}
