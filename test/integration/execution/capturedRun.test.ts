/** What a run records of itself, in a real repository: code, parameters, secrets, inputs and outputs. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBlob } from '../../../src/git/compareTrees.ts';
import { launchRun } from '../../../src/execution/launchRun.ts';
import type { LaunchedRun, LaunchRequest } from '../../../src/execution/launchRun.ts';
import { capturedSchema } from '../../../src/runs/captured.ts';
import type { Captured } from '../../../src/runs/captured.ts';
import { knownValue } from '../../../src/runs/known.ts';
import { planSchema } from '../../../src/runs/plan.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';
import type { GitRepository } from '../../helpers/gitRepository.ts';
import { readJson, supervisorScript } from '../../helpers/testRuns.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const training = `
import json, sys
with open(sys.argv[1]) as data: rows = data.read().split()
print(json.dumps({"step": 0, "loss": len(rows)}))
with open("model.bin", "wb") as model: model.write(b"weights")
`;

describe('what a run records of itself', () => {
  let repository: GitRepository;
  before(async () => {
    repository = await gitRepository({ 'train.py': training, '.gitignore': 'data/\nmodel.bin\n' });
    await repository.write({ 'data/train.csv': '1 2 3', 'notes.txt': 'not committed' });
  });
  after(() => repository.remove());

  async function launch(argv: string[], request: Partial<LaunchRequest> = {}): Promise<LaunchedRun> {
    return launchRun(
      {
        ...{ store: join(repository.root, '.git', 'lockstep'), root: repository.root, cwd: repository.root },
        toolVersion: '0.0.0-test',
        argv,
        variables: repository.environment,
        ...request,
      },
      { node: process.execPath, supervisorScript, cacheFolder: join(repository.home, 'cache') },
    );
  }

  async function capturedOf(run: LaunchedRun): Promise<Captured> {
    return waitFor('captured.json', async () => capturedSchema.parse(await readJson(run.paths.captured)));
  }

  it('holds the code exactly, the parameters, and the files read and written with their hashes', async () => {
    const run = await launch(['python3', 'train.py', 'data/train.csv', '--lr', '0.1', '--seed=7']);
    const end = await run.ended();
    assert.equal(end.state, 'finished');
    const plan = planSchema.parse(await readJson(run.paths.plan));
    assert.equal(plan.code.known, 'captured');
    const tree = knownValue(plan.code)?.tree ?? '';
    const notes = await readBlob({ root: repository.root, tree, path: 'notes.txt' });
    assert.equal(notes.toString(), 'not committed');
    assert.equal(plan.parameters['lr']?.value, 0.1);
    assert.equal(knownValue(plan.seed), 7);
    assert.match(knownValue(plan.interpreter)?.version ?? '', /^3\./);

    const written = end.result?.outputs.find(file => file.path === 'model.bin');
    assert.equal(written?.sha256, createHash('sha256').update('weights').digest('hex'));
    const captured = await capturedOf(run);
    const read = captured.inputs.find(file => file.path === 'data/train.csv');
    assert.equal(read?.sha256, createHash('sha256').update('1 2 3').digest('hex'));
    assert.equal(read.inSnapshot ?? false, false);
    assert.equal(captured.hardware.known, 'captured');
    assert.equal(captured.packages.known, 'captured');
  });

  it('writes no secret anywhere below the store', async () => {
    const secret = 'hf_abcdefghijklmnopqrstuvwxyz012345';
    const run = await launch(
      ['python3', '-c', 'import sys; sys.exit(len(sys.argv[2]) != 35)', '--hub-token', secret],
      {
        variables: { ...repository.environment, SERVICE_PASSWORD: secret },
      },
    );
    const end = await run.ended();
    assert.equal(end.state, 'finished', 'the program got the true word');
    await capturedOf(run);
    const names = await readdir(run.paths.dir, { recursive: true, withFileTypes: true });
    for (const entry of names.filter(one => one.isFile()))
      assert.ok(!(await readFile(join(entry.parentPath, entry.name))).includes(secret), entry.name);
    assert.deepEqual(planSchema.parse(await readJson(run.paths.plan)).secretArguments, [4]);
  });

  it('observes nothing when asked not to', async () => {
    const run = await launch(['python3', '-c', 'import os; print(os.environ.get("PYTHONPATH"))'], {
      pythonHook: false,
    });
    await run.ended();
    assert.equal(await readFile(run.paths.stdout, 'utf8'), 'None\n');
    assert.equal((await capturedOf(run)).modules.known, 'unknown');
  });

  it('calls changed files ambiguous while another run is live', async () => {
    const other = await launch(['sh', '-c', 'cat > /dev/null; sleep 600']);
    await other.started();
    const run = await launch(['sh', '-c', 'sleep 0.05; echo new > data/written-by-shell']);
    const end = await run.ended();
    const output = end.result?.outputs.find(file => file.path === 'data/written-by-shell');
    assert.equal(output?.how, 'ambiguous');
    await writeFile(
      join(other.paths.requests, '01ARZ3NDEKTSV4RRFFQ69G5FAV.json'),
      '{"schemaVersion":1,"at":"","kind":"cancel"}',
    );
    assert.equal((await other.ended()).state, 'cancelled');
    const alone = await launch(['sh', '-c', 'sleep 0.05; echo newer > data/written-by-shell']);
    const outputs = (await alone.ended()).result?.outputs;
    assert.equal(outputs?.find(file => file.path === 'data/written-by-shell')?.how, 'seen');
  });
});
