import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lfsPointerText } from '../../../src/data/lfs/lfsPointer.ts';
import { versionHistory, type PathVersion } from '../../../src/data/versionHistory.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { gitRepository, type GitRepository } from '../../helpers/gitRepository.ts';

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
const pin = (text: string, name: string, suffix = ''): string =>
  `outs:\n- md5: ${md5(text)}${suffix}\n  size: ${text.length}\n  hash: md5\n  path: ${name}\n`;
const listing = `[{"md5": "${md5('one')}", "relpath": "a.txt"}]`;

describe('versionHistory', () => {
  let repository: GitRepository;
  before(async () => {
    repository = await gitRepository({ 'sub/.dvc/config': '', readme: '' });
    const steps: readonly (readonly [string, Record<string, string>])[] = [
      ['first', { 'sub/data.csv.dvc': pin('v1', 'data.csv') }],
      ['nothing of it', { readme: 'x' }],
      ['comment only', { 'sub/data.csv.dvc': `# a comment\n${pin('v1', 'data.csv')}` }],
      [
        'second',
        { 'sub/data.csv.dvc': pin('v2!', 'data.csv'), 'sub/images.dvc': pin(listing, 'images', '.dir') },
      ],
      [
        'model',
        {
          'sub/dvc.yaml': 'stages:\n  fit:\n    cmd: x\n    outs:\n    - m/model.pt\n',
          'sub/dvc.lock': `schema: '2.0'\nstages:\n  fit:\n    cmd: x\n    outs:\n    - path: m/model.pt\n      hash: md5\n      md5: ${md5('m')}\n      size: 1\n`,
        },
      ],
      ['pointer', { 'big.bin': lfsPointerText({ oid: 'c'.repeat(64), size: 9, extensions: [] }) }],
    ];
    for (const [subject, files] of steps) {
      await repository.write(files);
      await repository.commit(subject);
    }
    await rm(join(repository.root, 'sub/data.csv.dvc'));
    await repository.commit('gone');
    const object = join(
      repository.root,
      'sub/.dvc/cache/files/md5',
      md5('v1').slice(0, 2),
      md5('v1').slice(2),
    );
    const list = `${md5(listing)}.dir`;
    const folder = join(repository.root, 'sub/.dvc/cache/files/md5', list.slice(0, 2), list.slice(2));
    for (const [path, text] of [
      [object, 'v1'],
      [folder, listing],
    ] as const) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  });
  after(async () => {
    await repository.remove();
  });

  const line = ({ subject, pinned, local, pinFile }: PathVersion): string =>
    [subject, pinned ?? 'removed', local ? 'here' : 'not here', pinFile].join(' | ');
  const tables: readonly (readonly [string, readonly string[]])[] = [
    [
      'sub/data.csv',
      [
        'gone | removed | not here | sub/data.csv.dvc',
        `second | md5:${md5('v2!')} | not here | sub/data.csv.dvc`,
        `first | md5:${md5('v1')} | here | sub/data.csv.dvc`,
      ],
    ],
    ['sub/images/', [`second | md5:${md5(listing)}.dir | here | sub/images.dvc`]],
    ['sub/images/a.txt', [`second | md5:${md5('one')} | not here | sub/images.dvc`]],
    ['sub/m/model.pt', [`model | md5:${md5('m')} | not here | sub/dvc.yaml`]],
    ['big.bin', [`pointer | sha256:${'c'.repeat(64)} | not here | big.bin`]],
  ];
  for (const [path, lines] of tables)
    it(`lists the versions of ${path}`, async () => {
      const versions = await versionHistory(repository.root, { path }, {}, repository.environment);
      assert.deepEqual(versions.map(line), lines);
      assert.deepEqual([...new Set(versions.map(one => one.author))], ['A Tester']);
    });

  it('goes back from any commit, and says where there is nothing', async () => {
    const at = (revision: string) =>
      versionHistory(
        repository.root,
        { path: 'sub/data.csv', revision, limit: 1 },
        {},
        repository.environment,
      );
    assert.deepEqual(
      (await at('HEAD~1')).map(one => one.subject),
      ['second'],
    );
    await assert.rejects(versionHistory(repository.root, { path: 'readme.md' }, {}, repository.environment), {
      code: 'path-has-no-versions',
    });
    await assert.rejects(at('no-such-branch'), { code: 'git-failed' });
    await assert.rejects(at('--output=x'), { code: 'git-failed' });
  });

  it('names the runs that used or made a version', async () => {
    const store = join(repository.root, '.git', 'lockstep');
    const object = `md5:${md5('v1')}`;
    const records = {
      '01KAAAAAAAAAAAAAAAAAAAAAA1': {
        pins: [{ path: 'sub/data.csv', object, known: 'captured' }],
        inputs: ['sub/data.csv'],
        pinned: [],
      },
      '01KAAAAAAAAAAAAAAAAAAAAAA2': {
        pins: [{ path: 'sub/data.csv', object, known: 'declared' }],
        inputs: ['readme'],
        pinned: [],
      },
      '01KAAAAAAAAAAAAAAAAAAAAAA3': {
        pins: [],
        inputs: [],
        pinned: [{ path: 'sub/data.csv', object, known: 'captured' }],
      },
    };
    for (const [id, { pins, inputs, pinned }] of Object.entries(records)) {
      const paths = runPaths(store, id);
      await mkdir(paths.dir, { recursive: true });
      const unknown = { known: 'unknown', reason: 'test' };
      const plan = {
        ...{
          schemaVersion: 1,
          id,
          createdAt: '2026-01-01T00:00:00.000Z',
          toolVersion: '0',
          root: '/',
          cwd: '',
          argv: [],
        },
        ...{ stdin: 'empty', tty: false, environment: { kind: 'host' }, interpreter: unknown, code: unknown },
        ...{ parameters: {}, seed: unknown, variables: {}, pins },
      };
      const captured = {
        ...{ schemaVersion: 1, hardware: unknown, packages: unknown, modules: unknown },
        inputs: inputs.map(path => ({ path, how: 'seen' })),
      };
      const result = {
        ...{
          schemaVersion: 1,
          state: 'finished',
          endedAt: '2026-01-01T00:00:00.000Z',
          outputs: [],
          metrics: {},
          pinned,
        },
      };
      await writeFile(paths.plan, JSON.stringify(plan));
      await writeFile(paths.captured, JSON.stringify(captured));
      await writeFile(paths.result, JSON.stringify(result));
    }
    const versions = await versionHistory(
      repository.root,
      { path: 'sub/data.csv' },
      {},
      repository.environment,
    );
    const first = versions.find(one => one.subject === 'first');
    assert.deepEqual(first?.usedBy, ['01KAAAAAAAAAAAAAAAAAAAAAA1']);
    assert.deepEqual(first.madeBy, ['01KAAAAAAAAAAAAAAAAAAAAAA3']);
  });
});
