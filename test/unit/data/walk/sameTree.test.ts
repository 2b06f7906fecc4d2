import assert from 'node:assert/strict';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { readKnownHashes, writeKnownHashes } from '../../../../src/data/hash/hashStateFile.ts';
import { sameTree } from '../../../../src/data/walk/sameTree.ts';
import { walkFolder, type WalkedTree } from '../../../../src/data/walk/walkFolder.ts';
import { DataPool } from '../../../../src/data/workers/dataPool.ts';
import { JobMeter } from '../../../../src/data/workers/jobMeter.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('a tree held against the state', () => {
  let place: TemporaryFolder;
  let pool: DataPool;
  let made = 0;

  before(async () => {
    place = await temporaryFolder();
    pool = new DataPool(2);
  });

  after(async () => {
    await pool.close();
    await place[Symbol.asyncDispose]();
  });

  /** Writes the files, remembers what a walk finds, lets `change` happen, and looks both ways. */
  async function bothWays(paths: readonly string[], change: (folder: string) => void) {
    made += 1;
    const folder = join(place.path, `tree ${made}`);
    mkdirSync(folder);
    for (const path of paths) writeNew(join(folder, path));
    using meter = new JobMeter({}, 'look');
    const walk = (): Promise<WalkedTree> => walkFolder({ folder, prefix: 'data' }, pool, meter);
    const { columns } = await walk();
    const statePath = join(place.path, `state ${made}.bin`);
    const count = columns.paths.length;
    const md5s = new Uint8Array(16 * count).fill(1);
    await writeKnownHashes(statePath, { columns, md5s, settled: new Uint8Array(count).fill(1) });
    change(folder);
    const known = await readKnownHashes(statePath);
    assert.ok(known);
    return { same: await sameTree(folder, known, pool, meter), walked: await walk() };
  }

  const word = fc.constantFrom('a', 'b', 'c-', 'é', 'z\ufb01', '\u{1f600}', 'a.b', '.x');
  const path = fc.array(word, { minLength: 1, maxLength: 3 }).map(parts => parts.join('/'));
  const tree = fc
    .uniqueArray(path, { minLength: 1, maxLength: 12 })
    .map(paths => paths.filter(one => !paths.some(other => other.startsWith(`${one}/`))));
  const change = fc.record({
    kind: fc.constantFrom('write', 'new', 'remove', 'rename', 'link', 'replace', 'folder', 'name twice'),
    pick: fc.nat(),
    name: word,
  });

  it('is what a walk finds, or is left to the walk', () =>
    fc.assert(
      fc.asyncProperty(tree, fc.array(change, { maxLength: 2 }), async (paths, changes) => {
        const { same, walked } = await bothWays(paths, folder => {
          for (const one of changes) apply(folder, paths[one.pick % paths.length] ?? '', one);
        });
        if (changes.length === 0) assert.ok(same);
        if (same === undefined) return;
        assert.deepEqual(same.paths, walked.columns.paths);
        assert.deepEqual(same.stats, walked.columns.stats);
        assert.deepEqual(walked.problems, []);
      }),
      { numRuns: 60 },
    ));

  const paths = ['a/x', 'a/y', 'b/deep/z', 'top'];
  for (const [what, change] of [
    [
      'a folder that became a link to where it went',
      folder => {
        renameSync(join(folder, 'a'), `${folder} moved`);
        symlinkSync(`${folder} moved`, join(folder, 'a'));
      },
    ],
    ['a file that others leave out by rules', folder => writeNew(join(folder, 'b', '.dvcignore'))],
    ['a folder that became a repository of its own', folder => mkdirSync(join(folder, 'a', '.dvc'))],
    ['one name less and one more', folder => renameSync(join(folder, 'a/x'), join(folder, 'a/new'))],
    ['an empty folder', folder => mkdirSync(join(folder, 'empty'))],
  ] as const satisfies readonly (readonly [string, (folder: string) => void])[])
    it(`leaves to the walk: ${what}`, async () => {
      assert.equal((await bothWays(paths, change)).same, undefined);
    });

  it('gives the numbers of now for files that changed, many thousands of them on several threads', async () => {
    const many = Array.from({ length: 8_500 }, (_, index) => `part-${index % 7}/${index}`);
    const { same, walked } = await bothWays(many, folder => {
      for (const path of ['part-0/0', 'part-3/4518', 'part-1/8499'])
        writeFileSync(join(folder, path), 'longer');
    });
    assert.ok(same);
    assert.deepEqual(same.paths, walked.columns.paths);
    assert.deepEqual(same.stats, walked.columns.stats);
  });

  it('believes no path of a state that leads out of the folder', async () => {
    const folder = join(place.path, 'inner');
    mkdirSync(folder);
    writeNew(join(place.path, 'outside'));
    writeNew(join(folder, 'in'));
    using meter = new JobMeter({}, 'look');
    for (const bad of ['../outside', './in', 'a//b', '/etc/passwd', '']) {
      const statePath = join(place.path, 'hostile.bin');
      const columns = { paths: [bad], stats: new Float64Array(6) };
      await writeKnownHashes(statePath, { columns, md5s: new Uint8Array(16), settled: new Uint8Array(1) });
      const known = await readKnownHashes(statePath);
      assert.ok(known);
      assert.equal(await sameTree(folder, known, pool, meter), undefined, bad);
    }
  });
});

function writeNew(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `of ${path}`);
}

function apply(folder: string, path: string, { kind, name }: { kind: string; name: string }): void {
  const full = join(folder, path);
  const beside = join(dirname(full), `${name}-new`);
  try {
    if (kind === 'write') writeFileSync(full, 'changed');
    else if (kind === 'new') writeFileSync(beside, '');
    else if (kind === 'remove') rmSync(full);
    else if (kind === 'rename') renameSync(full, beside);
    else if (kind === 'link') linkSync(full, `${folder} ${name}`);
    else if (kind === 'folder') mkdirSync(beside);
    else if (kind === 'name twice') linkSync(full, beside);
    else {
      const content = readFileSync(full);
      rmSync(full);
      writeFileSync(full, content);
    }
  } catch (error) {
    // The change before took the file away, or made the name.
    assert.match(String((error as NodeJS.ErrnoException).code), /^(?:ENOENT|EEXIST|ENOTDIR|EISDIR)$/);
  }
}
