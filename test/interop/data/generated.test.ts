/**
 * Generated data, pinned by dvc and by Lockstep: equal pin files, equal caches, equal verdicts, whoever wrote and
 * whoever reads. Many outputs share one repository, because a call of dvc costs more than all of ours.
 */
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addData } from '../../../src/data/operations/addData.ts';
import { checkoutData } from '../../../src/data/operations/checkoutData.ts';
import { commitData } from '../../../src/data/operations/commitData.ts';
import { readDataStatus } from '../../../src/data/operations/readDataStatus.ts';
import { folderContent, pinTexts } from '../../helpers/folderContent.ts';
import { generatedOutputs, type GeneratedOutput } from '../../helpers/generatedData.ts';
import { peerOrSkip } from '../../helpers/peerOrSkip.ts';
import { often } from '../../helpers/soak.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { startDvc, type Dvc } from './dvcWorker.ts';
import { dvcVerdicts, ourVerdicts } from './statusVerdicts.ts';
import { twinRepositories, type Twins } from './twinRepositories.ts';

const seed = Number(process.env['LOCKSTEP_SEED'] ?? '20260101');
const count = often(40, 400);

describe(`${count} generated outputs from seed ${seed}, beside dvc`, () => {
  let home: TemporaryFolder;
  let dvc: Dvc;
  let twins: Twins;
  const outputs = generatedOutputs(count, seed);
  const cacheOf = (root: string): Record<string, string> =>
    folderContent(join(root, '.dvc', 'cache', 'files'), { modes: true });
  const workspaceOf = (root: string): Record<string, string> =>
    folderContent(root, { leaveOut: path => path === '.git' || path === '.dvc', followLinks: true });
  const verdicts = async (): Promise<{ theirs: object; ours: object }> => ({
    theirs: dvcVerdicts(await dvc.json(twins.ours.root, 'status')),
    ours: ourVerdicts(await readDataStatus(await twins.project(), {}, {})),
  });

  before(async function () {
    const peer = peerOrSkip(this, 'dvc');
    home = await temporaryFolder('dvc home');
    dvc = await startDvc(peer, home.path);
    twins = await twinRepositories(outputs);
    await dvc.succeed(twins.theirs.root, 'init', '--quiet');
    await dvc.succeed(twins.theirs.root, 'add', '--quiet', ...outputs.map(one => one.path));
  });
  after(async () => {
    // In this order also where set-up failed half-way.
    await (twins as Twins | undefined)?.[Symbol.asyncDispose]();
    await (dvc as Dvc | undefined)?.[Symbol.asyncDispose]();
    await (home as TemporaryFolder | undefined)?.remove();
  });

  it('are pinned with the same bytes, and cached with the same objects and modes', async () => {
    const { root } = twins.ours;
    const result = await addData(
      await twins.project(),
      { paths: outputs.map(one => join(root, one.path)) },
      {},
    );
    assert.deepEqual(result.problems, []);
    assert.equal(result.initialised, '.');
    assert.deepEqual(pinTexts(root), pinTexts(twins.theirs.root));
    assert.deepEqual(cacheOf(root), cacheOf(twins.theirs.root));
  });

  it('are in sync for dvc where Lockstep pinned them, and for Lockstep where dvc did', async () => {
    assert.deepEqual(await verdicts(), { theirs: {}, ours: {} });
  });

  it('get the same verdicts when they are changed, removed and added to', async () => {
    // dvc add puts files in the place of links; Lockstep does when it places them next.
    replaceLinks(twins.ours.root, outputs);
    change(twins.ours.root, outputs);
    const { theirs, ours } = await verdicts();
    assert.deepEqual(ours, theirs);
    assert.ok(Object.keys(ours).length > 10);
  });

  it('are committed with the same bytes', async () => {
    change(twins.theirs.root, outputs);
    await dvc.succeed(twins.theirs.root, 'commit', '--quiet', '--force', ...there(twins.theirs.root));
    const result = await commitData(await twins.project(), {}, {});
    assert.deepEqual(result.problems, []);
    assert.deepEqual(pinTexts(twins.ours.root), pinTexts(twins.theirs.root));
    assert.deepEqual(cacheOf(twins.ours.root), cacheOf(twins.theirs.root));
  });

  it('are placed again as dvc places them', async () => {
    for (const { root } of [twins.ours, twins.theirs])
      for (const { path } of outputs) rmSync(join(root, path), { recursive: true, force: true });
    await dvc.succeed(twins.theirs.root, 'checkout', '--quiet');
    const result = await checkoutData(await twins.project(), {}, {});
    assert.deepEqual(
      { kept: result.kept, missing: result.missing, problems: result.problems },
      {
        ...{ kept: [], missing: [], problems: [] },
      },
    );
    assert.deepEqual(workspaceOf(twins.ours.root), workspaceOf(twins.theirs.root));
    assert.deepEqual(await verdicts(), { theirs: {}, ours: {} });
  });

  /** Pins whose path is there: dvc commits nothing else without asking. */
  function there(root: string): string[] {
    const present = workspaceOf(root);
    return outputs
      .filter(({ path, folder }) =>
        folder ? Object.keys(present).some(one => one.startsWith(`${path}/`)) : present[path] !== undefined,
      )
      .map(({ path }) => path);
  }
});

function replaceLinks(root: string, outputs: readonly GeneratedOutput[]): void {
  for (const { path, links } of outputs)
    for (const link of links.keys()) {
      const place = join(root, path, link);
      const content = readFileSync(place);
      rmSync(place);
      writeFileSync(place, content);
    }
}

/** The same changes for the same outputs, wherever they lie. */
function change(root: string, outputs: readonly GeneratedOutput[]): void {
  for (const [at, { path, folder, files }] of outputs.entries()) {
    const target = join(root, path);
    const [first] = files.keys();
    switch (at % 5) {
      case 0:
        if (folder) {
          mkdirSync(target, { recursive: true });
          writeFileSync(join(target, 'added here.txt'), `new ${at}`);
        } else rewrite(target, `new ${at}`);
        break;
      case 1:
        if (folder && first !== undefined) rmSync(join(target, first));
        break;
      case 2:
        if (first !== undefined) rewrite(folder ? join(target, first) : target, `changed ${at}`);
        break;
      case 3:
        if (!folder) rmSync(target);
        break;
      default:
        break;
    }
  }
}

/** As an editor does that saves by a new file. */
function rewrite(path: string, text: string): void {
  rmSync(path, { force: true });
  appendFileSync(path, text);
}
