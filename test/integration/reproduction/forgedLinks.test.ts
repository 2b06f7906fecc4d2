/**
 * Records that somebody made to do harm, whose snapshot holds links to what is the person's: nothing behind them is
 * written, filled or taken away, while links that stay inside work.
 */
import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { hashOf } from '../../../src/sharing/record/hashOf.ts';
import { createPrivateCheckout } from '../../../src/git/privateCheckout.ts';
import { takeSnapshot } from '../../../src/git/takeSnapshot.ts';
import { checkoutLayout } from '../../../src/reproduction/restore/checkoutLayout.ts';
import type { CheckoutLayout } from '../../../src/reproduction/restore/checkoutLayout.ts';
import { linkEnvironments } from '../../../src/reproduction/restore/environmentFolders.ts';
import { keptLinks } from '../../../src/reproduction/restore/keptLinks.ts';
import { offerInputs } from '../../../src/reproduction/restore/offerInputs.ts';
import { offerLeftOut } from '../../../src/reproduction/restore/offerLeftOut.ts';
import { offerPinned } from '../../../src/reproduction/restore/offerPinned.ts';
import { placeCheckpoint } from '../../../src/reproduction/restore/placeCheckpoint.ts';
import { folderInCheckout, leadsOut } from '../../../src/reproduction/restore/placeInCheckout.ts';
import type { Code, SnapshotGap } from '../../../src/runs/plan.ts';
import type { RunDetails } from '../../../src/runs/runDetails.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

const { signal } = new AbortController();
const lost = { code: 'path-leaves-checkout' };

describe('a forged record whose code holds links', function () {
  this.timeout(120_000);
  let repository: GitRepository;
  let home: string;
  let code: Code;
  let blob: string;
  let layout: CheckoutLayout;
  let untouched: string;

  /** Every file of the person, with its content. */
  async function personsFiles(): Promise<string> {
    const found = await runCommand({
      program: 'sh',
      args: [
        '-c',
        'cd "$1" && find . -type f | sort | xargs -d "\\n" sha256sum; find . -type d | sort',
        '-',
        home,
      ],
      env: repository.environment,
    });
    assert.equal(found.exitCode, 0, found.stderr);
    return found.stdout.toString('utf8');
  }

  before(async () => {
    repository = await gitRepository({ 'train.py': 'print(1)\n', '.gitignore': 'data/\n.venv/\ninside/\n' });
    const { root } = repository;
    home = join(repository.home, 'of the person');
    await mkdir(join(home, 'docs', 'thesis'), { recursive: true });
    await writeFile(join(home, '.profile'), 'mine\n');
    await writeFile(join(home, 'docs', 'thesis', 'chapter.tex'), 'mine\n');
    await repository.git('init', '--quiet', join(home, 'work'));
    await writeFile(join(home, 'work', 'train.py'), 'mine, not committed\n');
    const pin =
      'outs:\n- md5: d41d8cd98f00b204e9800998ecf8427a\n  size: 5\n  hash: md5\n  path: out/thesis\n';
    await repository.write({ '.dvc/config': '', 'p.dvc': pin, 'real/kept.txt': 'x' });
    for (const [name, leadsTo] of [
      ['innocent.txt', join(home, '.profile')],
      ['dangling.txt', join(home, 'new.txt')],
      ['lib', join(home, 'work')],
      ['out', join(home, 'docs')],
      ['nowhere', join(home, 'not there')],
      ['inner', 'real'],
      ['hooks', '.git'],
    ] as const)
      await symlink(leadsTo, join(root, name));
    await repository.commit();
    const taken = await takeSnapshot({ root, environment: repository.environment });
    if (taken.known === 'unknown') assert.fail(taken.reason);
    code = taken.value;
    await repository.write({ bytes: 'of somebody else\n' });
    blob = await repository.git('hash-object', '-w', 'bytes');
    untouched = await personsFiles();
    layout = checkoutLayout(join(await realpath(repository.home), 'c', 'one'), root);
    await createPrivateCheckout({ root, code, target: layout.checkout, environment: repository.environment });
  });
  afterEach(async () => assert.equal(await personsFiles(), untouched));
  after(() => repository.remove());

  const checkout = async (change: Partial<Code>, name: string): ReturnType<typeof createPrivateCheckout> =>
    createPrivateCheckout({
      ...{ root: repository.root, code: { ...code, ...change }, environment: repository.environment },
      target: join(repository.home, 'checkouts', name),
    });

  it('holds bytes for no link', async () => {
    for (const path of ['innocent.txt', 'dangling.txt', 'lib/train.py', 'lib/new.py']) {
      const gap: SnapshotGap = { path, reason: 'converted', blob, size: 17 };
      await assert.rejects(checkout({ gaps: [gap] }, path), lost, path);
    }
    const gap: SnapshotGap = { path: 'train.py', reason: 'converted', blob, size: 17 };
    const { root } = await checkout({ gaps: [gap] }, 'a held file');
    assert.equal(await readFile(join(root, 'train.py'), 'utf8'), 'of somebody else\n');
  });

  it('has submodules in no repository but its own', async () => {
    const { head = '', tree } = code;
    const submodule = (path: string) => ({ path, head, tree, dirty: false, gaps: [] });
    for (const path of ['lib', 'nowhere', 'out/thesis'])
      await assert.rejects(checkout({ submodules: [submodule(path)] }, `in ${path}`), lost, path);
    // Nor in the place of what its own code has there.
    for (const path of ['real', 'train.py']) {
      const { root, missing } = await checkout({ submodules: [submodule(path)] }, `over ${path}`);
      assert.deepEqual(missing, [{ path, reason: 'something else lies in its place' }]);
      assert.equal(await readFile(join(root, 'train.py'), 'utf8'), 'print(1)\n');
    }
  });

  it('places and takes away nothing behind them', async () => {
    const { root, environment } = repository;
    const common = { workspace: root, layout, environment, signal };
    const mayLink = keptLinks('container');
    // What the workspace has at these paths, so that there is something to place.
    const sources = join(repository.home, 'sources', 'project');
    const paths = ['out/new/data.csv', 'lib/new.csv', 'nowhere/data.csv', 'hooks/new', 'inner/data.csv'];
    for (const path of paths) {
      await mkdir(dirname(join(sources, path)), { recursive: true });
      await writeFile(join(sources, path), path);
    }
    const inputs = paths.map(path => ({ path, how: 'opened' as const, sha256: hashOf(Buffer.from(path)) }));
    const offered = await offerInputs({
      ...{ inputs: [...inputs, { path: 'out/new', how: 'opened' }], outputs: [], redirect: [] },
      ...{ workspace: sources, layout, signal, mayLink },
    });
    assert.deepEqual(offered.missing, []);
    assert.equal(await readFile(join(layout.checkout, 'real', 'data.csv'), 'utf8'), 'inner/data.csv');
    assert.ok(!(await readdir(join(layout.checkout, '.git'))).includes('new'));

    const thesis = { path: 'out/thesis', how: 'opened', hashOf: 'contents', sha256: '0'.repeat(64) } as const;
    const pinned = await offerPinned({
      ...common,
      inputs: [thesis, { ...thesis, path: 'out' }],
      outputs: [],
    });
    assert.deepEqual([...pinned.offered], []);

    const pointer = { path: 'out/thesis/chapter.tex', reason: 'filtered', size: 5 } as const;
    const leftOut = offerLeftOut({
      mayLink,
      ...{ ...common, code: { ...code, gaps: [pointer] }, captured: undefined, lacking: [], outputs: [] },
      sources: new Map([[pointer.path, { sha256: '0'.repeat(64), size: 5, unneeded: false }]]),
    });
    await assert.rejects(leftOut, lost);

    const original = {
      id: 'x',
      result: { outputs: [{ path: 'out/new/data.csv', how: 'seen', sha256: inputs[0]?.sha256 }] },
    } as unknown as RunDetails;
    const checkpoint = { ...common, workspace: sources, original, checkpoint: 'out/new/data.csv' };
    await assert.rejects(placeCheckpoint(checkpoint), lost);

    await linkEnvironments([join(root, 'out', '.venv'), join(root, '.venv')], [root], layout, undefined);
    assert.ok((await readdir(layout.checkout)).includes('.venv'));
    for (const path of ['out/new', 'nowhere', 'lib/a/b', 'innocent.txt', '../../..', 'hooks', 'hooks/a']) {
      await assert.rejects(folderInCheckout(layout.base, join(layout.checkout, path)), lost, path);
      assert.equal(await leadsOut(layout.base, join(layout.checkout, path, 'x')), true, path);
    }
    const made = await folderInCheckout(layout.base, join(layout.checkout, 'inner', 'a', 'b'));
    assert.equal(made, join(layout.checkout, 'real', 'a', 'b'));
  });
});
