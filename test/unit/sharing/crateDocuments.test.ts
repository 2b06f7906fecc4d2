/** What an exported run says of itself: the statement of its provenance, and the page for its reader. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Package } from '../../../src/runs/captured.ts';
import { captured, unknown } from '../../../src/runs/known.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import type { Result } from '../../../src/runs/result.ts';
import { crateReadme } from '../../../src/sharing/crate/crateReadme.ts';
import { provenanceStatement } from '../../../src/sharing/crate/provenanceStatement.ts';
import type { CheckedRecord } from '../../../src/sharing/record/checkRecord.ts';
import { capturedValues, code, originalId, plan, result } from '../reproduction/recordedRun.ts';

interface Parts {
  readonly plan?: Partial<Plan>;
  readonly result?: Partial<Result>;
  readonly inputs?: NonNullable<Parameters<typeof capturedValues>[0]>['inputs'];
  readonly packages?: readonly Package[];
}

const sha256 = 'd'.repeat(64);
const outputs = [{ path: 'model.pt', how: 'seen', sha256 }] as const;

function record(parts: Parts = {}): CheckedRecord {
  return {
    ...{ id: originalId, planSha256: '', files: new Map(), plan: plan(parts.plan) },
    manifest: { schemaVersion: 1, id: originalId, toolVersion: '0.1.0', children: [], files: {} },
    values: new Map<string, unknown>([
      ['record/result.json', result({ outputs: [...outputs], ...parts.result })],
      ['record/captured.json', capturedValues({ inputs: parts.inputs ?? [] })],
      ['record/packages.json', { schemaVersion: 1, packages: parts.packages ?? [] }],
    ]),
  };
}

interface Statement {
  readonly subject: unknown;
  readonly predicate: {
    readonly buildDefinition: {
      readonly externalParameters: unknown;
      readonly resolvedDependencies: readonly { name?: string; uri?: string; digest?: unknown }[];
    };
  };
}

function statement(parts: Parts = {}): Statement | undefined {
  return provenanceStatement(record(parts), '0.1.0') as Statement | undefined;
}

function dependencies(parts: Parts): readonly { name?: string; uri?: string; digest?: unknown }[] {
  return statement(parts)?.predicate.buildDefinition.resolvedDependencies ?? assert.fail();
}

describe('the statement of provenance', () => {
  it('names outputs by their hashes, and vouches for nothing else', () => {
    const all: Result['outputs'] = [
      ...outputs,
      { path: '/~home/out/b.bin', how: 'seen', sha256 },
      { path: 'train.log', how: 'seen', sha256, volatile: true },
      { path: 'folder', how: 'declared', sha256, hashOf: 'contents' },
      { path: 'gone', how: 'declared', problem: 'missing' },
    ];
    assert.deepEqual(statement({ result: { outputs: all } })?.subject, [
      { name: 'model.pt', digest: { sha256 } },
      { name: '~/out/b.bin', digest: { sha256 } },
    ]);
    assert.equal(statement({ result: { state: 'failed' } }), undefined);
    assert.equal(statement({ result: { state: 'cancelled' } }), undefined);
    assert.equal(statement({ result: { outputs: all.slice(2) } }), undefined);
  });

  it('says what was run', () => {
    const argv = ['python', 'train.py', '--data=/~home/a.csv', '--lr', '0.1'];
    assert.deepEqual(statement({ plan: { argv } })?.predicate.buildDefinition.externalParameters, {
      command: ['python', 'train.py', '--data=~/a.csv', '--lr', '0.1'],
      folder: '',
      parameters: { lr: 0.1 },
    });
  });

  const head = code().head ?? '';
  const remotes: readonly (readonly [remote: string | undefined, uri: string | undefined])[] = [
    [undefined, undefined],
    ['https://example.org/a/b.git', `git+https://example.org/a/b.git@${head}`],
    ['git@example.org:a/b.git', `git+ssh://git@example.org/a/b.git@${head}`],
    ['ssh://git@example.org:22/a/b.git', `git+ssh://git@example.org:22/a/b.git@${head}`],
    ['/~home/hub.git', undefined],
    ['../hub.git', undefined],
    ['file:///srv/hub.git', undefined],
    ['C:/hub.git', undefined],
    ['ext::sh -c true', undefined],
  ];
  for (const [remote, uri] of remotes)
    it(`knows code that came from ${remote ?? 'nowhere'} as ${uri ?? 'its hashes'}`, () => {
      const known = code(remote === undefined ? {} : { remotes: { backup: '/x', origin: remote } });
      assert.deepEqual(dependencies({ plan: { code: captured(known) } }), [
        {
          ...{ name: 'code', digest: { gitTree: known.tree, gitCommit: head } },
          ...(uri === undefined ? {} : { uri }),
        },
      ]);
    });

  it('says nothing of code that nobody knows', () =>
    assert.deepEqual(dependencies({ plan: { code: unknown('not in git') } }), []));

  it('lists inputs, submodules, image and packages', () => {
    const submodule = {
      ...{ path: 'lib', url: 'https://example.org/lib', head: 'e'.repeat(40), tree: 'f'.repeat(40) },
      dirty: true,
    };
    const image = `example.org/train@sha256:${'1'.repeat(64)}`;
    const found = dependencies({
      plan: {
        code: captured(code({ submodules: [submodule] })),
        environment: {
          kind: 'devcontainer',
          container: {
            ...{ engine: 'docker', id: 'x', imageId: `sha256:${'2'.repeat(64)}`, repoDigests: [image] },
            ...{ workspaceFolder: '/workspace', image: 'train:1' },
          },
        },
      },
      inputs: [
        { path: 'data.csv', how: 'seen', sha256 },
        { path: 'tracked.py', how: 'seen', sha256, inSnapshot: true },
        { path: 'gone.csv', how: 'seen' },
      ],
      packages: [
        { name: 'Typing_Extensions', version: '4.1' },
        { name: 'torch', version: '2.0+cu118', hashes: [`sha256:${sha256}`] },
        { name: 'numpy', version: '2.1', build: 'py312_0', channel: 'conda-forge' },
        { name: 'own', version: '1', url: 'https://example.org/own', vcs: 'git' },
        { name: 'wheel', version: '2', url: 'https://example.org/w.whl' },
        { name: 'project', version: '0', editable: true, url: 'file:///home/a/project' },
      ],
    });
    assert.deepEqual(
      found.slice(1).map(({ name, uri, digest }) => [name, uri, digest]),
      [
        [
          'lib',
          `git+https://example.org/lib@${submodule.head}`,
          { gitTree: submodule.tree, gitCommit: submodule.head },
        ],
        ['data.csv', undefined, { sha256 }],
        ['train:1', image, { sha256: '1'.repeat(64) }],
        [undefined, 'pkg:pypi/typing-extensions@4.1', undefined],
        [undefined, 'pkg:pypi/torch@2.0%2Bcu118', { sha256 }],
        [undefined, 'pkg:conda/numpy@2.1?build=py312_0&channel=conda-forge', undefined],
        [undefined, 'pkg:pypi/own@1?vcs_url=git%2Bhttps%3A%2F%2Fexample.org%2Fown', undefined],
        [undefined, 'pkg:pypi/wheel@2?download_url=https%3A%2F%2Fexample.org%2Fw.whl', undefined],
      ],
    );
  });
});

describe('the page of an exported run', () => {
  const page = (request: Partial<Parameters<typeof crateReadme>[0]> = {}): string =>
    crateReadme({ record: record(), name: 'baseline', repeatable: true, missing: [], files: [], ...request });

  it('says how to repeat it, what is missing, and what is in it', () => {
    const files = [
      { path: 'compare.py', what: 'Compares' },
      { path: 'code/train.py', what: 'train.py' },
    ];
    const text = page({ missing: ['~/outside.csv'], files });
    assert.match(text, /^# baseline\n/);
    assert.match(text, /\| Command \| python train\.py --lr 0\.1 \|/);
    assert.match(text, /\n {4}sh reproduce\.sh\n/);
    assert.match(text, /not part of the export:\n\n- \\~\/outside\.csv\n/);
    assert.match(text, /- compare\.py: Compares\n/);
    assert.doesNotMatch(text, /code\/train\.py/);
    assert.doesNotMatch(page(), /not part of the export/);
    assert.doesNotMatch(page({ repeatable: false }), /sh reproduce\.sh/);
  });

  it('is one page whatever a run is called and reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (name, missing) => {
        const lines = page({ name: `<b>${name}\n# x`, missing }).split('\n');
        assert.equal(lines.filter(line => line.startsWith('#')).length, 3);
        assert.equal(lines.filter(line => /(?<!\\)</.test(line)).length, 0);
        assert.equal(lines.length, page({ missing: missing.map(() => 'a') }).split('\n').length);
      }),
    );
  });
});
