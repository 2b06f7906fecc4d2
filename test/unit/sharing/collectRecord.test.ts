/** What of a run folder is shared where somebody put something else into the place of its files. */
import assert from 'node:assert/strict';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { collectRecord } from '../../../src/sharing/record/collectRecord.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';

const id = '01M8396F2HXXBNE4XH9BVHQ5X8';
const plan = {
  ...{ schemaVersion: 1, id, createdAt: '2026-11-23T04:00:00.000Z', toolVersion: '0.1.0' },
  ...{ root: '/home/ana/project', cwd: '', argv: ['python3', 'train.py'], stdin: 'empty', tty: false },
  ...{ environment: { kind: 'host' }, hiddenVariables: 'not-shared' },
  interpreter: { known: 'unknown', reason: 'none' },
  code: { known: 'unknown', reason: 'not in git' },
  ...{ parameters: {}, seed: { known: 'unknown', reason: 'none' }, variables: {} },
};
const neutral = { home: '/home/ana', machine: (host: string): string => host };

describe('the record of a run that is shared', () => {
  it('is read from its own folder, never through a link, out of a pipe, or without end', async () => {
    await using folder = await temporaryFolder('lockstep record');
    const secret = join(folder.path, 'secret.json');
    await writeFile(secret, '{"secret": "q8Zr2LkP0vTn5Wy7Xc4Mb9"}');
    const { dir } = runPaths(folder.path, id);
    await mkdir(join(dir, 'annotations'), { recursive: true });
    await writeFile(join(dir, 'plan.json'), JSON.stringify(plan));
    const run = await new RunStore(folder.path).read(id);
    const collect = () => collectRecord({ store: folder.path, run, neutral, logs: true });
    assert.deepEqual([...(await collect()).files.keys()], ['record/plan.json', 'record/metrics.bin']);

    const pipe = async (path: string): Promise<void> => {
      const { exitCode } = await runCommand({ program: 'mkfifo', args: [path] });
      assert.equal(exitCode, 0);
    };
    const large = async (path: string): Promise<void> => {
      await writeFile(path, '');
      await truncate(path, 2 ** 40);
    };
    const link = (path: string): Promise<void> => symlink(secret, path);
    for (const [name, put, says] of [
      ['captured.json', link, /captured\.json is no ordinary file/],
      ['result.json', pipe, /result\.json is no ordinary file/],
      ['metrics.bin', pipe, /metrics\.bin is no ordinary file/],
      ['reported.jsonl', link, /reported\.jsonl is no ordinary file/],
      ['children.jsonl', pipe, /children\.jsonl is no ordinary file/],
      ['stdout.log', link, /stdout\.log is no ordinary file/],
      ['captured.json', large, /captured\.json is too large/],
    ] as const) {
      await put(join(dir, name));
      await assert.rejects(collect(), says);
      await rm(join(dir, name));
    }
    // One statement among others costs itself alone.
    await link(join(dir, 'annotations', `${id}.json`));
    assert.equal((await collect()).files.size, 2);
    await rm(join(dir, 'annotations'), { recursive: true });
    await symlink(folder.path, join(dir, 'annotations'));
    assert.equal((await collect()).files.size, 2);
  });

  it('leaves out what a command with a secret printed, where nobody has looked for it, and says so', async () => {
    await using folder = await temporaryFolder('lockstep record');
    const { dir } = runPaths(folder.path, id);
    await mkdir(dir, { recursive: true });
    const argv = ['python3', 'train.py', '--api-key', '<secret>'];
    await writeFile(join(dir, 'plan.json'), JSON.stringify({ ...plan, argv, secretArguments: [3] }));
    await writeFile(join(dir, 'stderr.log'), 'error: zz-9f8e7d6c\n');
    const failure = { code: 'command-failed', message: 'error: zz-9f8e7d6c' };
    const ended = {
      schemaVersion: 1,
      state: 'failed',
      endedAt: plan.createdAt,
      outputs: [],
      metrics: {},
      failure,
    };
    const collect = async (result: object, allowed: string[] = []) => {
      await writeFile(join(dir, 'result.json'), JSON.stringify({ ...ended, ...result }));
      const run = await new RunStore(folder.path).read(id);
      const request = { store: folder.path, run, neutral, logs: true, allowed: new Set(allowed) };
      const { files, left, secrets } = await collectRecord(request);
      const value = (path: string): boolean => files.get(path)?.includes('zz-9f') === true;
      return {
        holding: [...files.keys()].filter(value),
        left: left.map(({ path }) => path),
        secrets: secrets.map(({ path }) => path),
      };
    };
    const result = 'record/result.json';
    const log = 'record/stderr.log';
    assert.deepEqual(await collect({}), { holding: [], left: ['stderr.log'], secrets: [] });
    assert.deepEqual(await collect({}, [log]), { holding: [log], left: [], secrets: [] });
    assert.deepEqual(await collect({ secretsIn: [] }), { holding: [result, log], left: [], secrets: [] });
    assert.deepEqual(await collect({ secretsIn: ['stderr.log', 'stdout.log'] }), {
      ...{ holding: [result, log], left: [], secrets: [log] },
    });
  });

  it('does not hang who looks at it either', async () => {
    await using folder = await temporaryFolder('lockstep record');
    const { dir } = runPaths(folder.path, id);
    await mkdir(dir, { recursive: true });
    for (const name of ['plan.json', 'captured.json', 'metrics.bin'])
      assert.equal((await runCommand({ program: 'mkfifo', args: [join(dir, name)] })).exitCode, 0);
    const { problems } = await new RunStore(folder.path).read(id);
    assert.match(problems.join(), /plan\.json is empty/);
  });
});
