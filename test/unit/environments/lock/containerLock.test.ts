/** A devcontainer's lock: what is written of equal facts is equal, and each difference is named with its cause. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { driftLine } from '../../../../src/environments/drift/driftReport.ts';
import { containerSchema, imageSchema } from '../../../../src/environments/engine/shapes.ts';
import type { DriftItem, LockedContainer } from '../../../../src/environments/environmentLock.ts';
import { readInside, type InsideFacts } from '../../../../src/environments/lock/container/askInside.ts';
import { compareContainer } from '../../../../src/environments/lock/container/compareContainer.ts';
import { compareFiles } from '../../../../src/environments/lock/container/compareFiles.ts';
import { compareHost } from '../../../../src/environments/lock/container/compareHost.ts';
import { compareInside } from '../../../../src/environments/lock/container/compareInside.ts';
import { compareRegistry } from '../../../../src/environments/lock/container/compareRegistry.ts';
import { imageFacts, runtimeFacts } from '../../../../src/environments/lock/container/containerFacts.ts';
import { featureDigests } from '../../../../src/environments/lock/container/lockedFiles.ts';
import { fromImage } from '../../../../src/environments/lock/container/lockedStart.ts';
import { pinnedNames } from '../../../../src/environments/lock/container/pinnedNames.ts';
import { digestsOf } from '../../../../src/environments/lock/container/resolveBase.ts';
import { lockText } from '../../../../src/environments/lock/writeLock.ts';
import { parseImageReference } from '../../../../src/environments/registry/imageReference.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const lines = (items: readonly DriftItem[]): string[] => items.map(driftLine);
const gib = 1024 ** 3;

const runtime: LockedContainer['runtime'] = {
  ...{ engine: 'docker', gpu: 'none', shmSize: 8 * gib, ipc: 'private', network: 'none' },
  ...{ capAdd: [], ulimits: [] },
};
const image: LockedContainer['image'] = {
  ...{ id: digest('a'), repoDigests: [], layers: [], environment: {}, labels: {} },
};

describe('the lock of a container', () => {
  it('takes the same facts from both engines', () => {
    const common = { Id: 'c', State: { Status: 'running' } };
    const docker = containerSchema.parse({
      ...common,
      Image: digest('a'),
      Config: { Env: null, Labels: null },
      HostConfig: {
        ...{ NetworkMode: 'default', ShmSize: 64 * 1024 ** 2, IpcMode: 'private' },
        ...{ CapAdd: ['SYS_PTRACE'], Ulimits: [{ Name: 'memlock', Soft: -1, Hard: -1 }] },
      },
    });
    const podman = containerSchema.parse({
      ...common,
      Image: 'a'.repeat(64),
      Config: {},
      HostConfig: {
        ...{ NetworkMode: 'bridge', ShmSize: 64 * 1024 ** 2, IpcMode: 'private' },
        ...{ CapAdd: ['CAP_SYS_PTRACE'], Ulimits: [{ Name: 'RLIMIT_MEMLOCK', Soft: -1, Hard: -1 }] },
      },
    });
    assert.equal(docker.Image, podman.Image);
    assert.deepEqual(
      runtimeFacts(docker, 'x'),
      runtimeFacts(podman, 'x', 'No GPU is passed: none is asked for.'),
    );
    assert.deepEqual(runtimeFacts(docker, 'x').ulimits, ['memlock=-1:-1']);
  });

  const gpus: readonly [string, object, string | undefined, string][] = [
    ['a request by flag', { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] }, undefined, 'all'],
    ['CDI devices', { DeviceRequests: [{ DeviceIDs: ['nvidia.com/gpu=0'] }] }, undefined, 'nvidia.com/gpu=0'],
    ['nodes', { Devices: [{ PathOnHost: '/dev/kfd' }, { PathOnHost: '/dev/fuse' }] }, undefined, '/dev/kfd'],
    ['what was noted, where the engine is silent', {}, '1 NVIDIA GPU by CDI', '1 NVIDIA GPU by CDI'],
    ['none', {}, undefined, 'none'],
  ];
  for (const [name, host, noted, expected] of gpus)
    it(`tells how GPUs are passed: ${name}`, () => {
      const details = containerSchema.parse({ Id: 'c', State: {}, Config: {}, HostConfig: host });
      assert.equal(runtimeFacts(details, 'docker', noted).gpu, expected);
    });

  it('hides secrets of the image, and writes long labels as their hash', () => {
    const facts = imageFacts(
      imageSchema.parse({
        Id: 'a'.repeat(64),
        Config: {
          Env: ['PATH=/bin', 'HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyz012345'],
          Labels: { short: 'x', 'devcontainer.metadata': `[${' '.repeat(200)}]` },
        },
      }),
    );
    assert.equal(facts.id, digest('a'));
    assert.deepEqual(facts.environment, { PATH: '/bin', HF_TOKEN: '<secret>' });
    assert.match(facts.labels['devcontainer.metadata'] ?? '', /^sha256:[0-9a-f]{64}$/);
    assert.equal(facts.labels['short'], 'x');
  });

  it('of unchanged facts is equal, in whatever order they are told', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,8}$/);
    const entries = fc.uniqueArray(fc.tuple(name, name), { selector: ([one]) => one, maxLength: 6 });
    fc.assert(
      fc.property(
        entries,
        entries,
        fc.array(name),
        fc.infiniteStream(fc.nat()),
        (env, labels, dpkg, random) => {
          const shuffled = <T>(list: readonly T[]): T[] =>
            list
              .map(one => ({ one, key: random.next().value as number }))
              .sort((a, b) => a.key - b.key)
              .map(({ one }) => one);
          const lockOf = (order: <T>(list: readonly T[]) => readonly T[]): string => {
            const facts = imageFacts(
              imageSchema.parse({
                Id: digest('a'),
                Config: {
                  Env: order(env).map(([key, value]) => `${key}=${value}`),
                  Labels: Object.fromEntries(order(labels)),
                },
              }),
            );
            return lockText({
              ...{ lockVersion: 1, kind: 'devcontainer', createdAt: 'now', toolVersion: '1', probe: {} },
              container: { config: 'c', files: {}, base: [], image: facts, runtime, dpkg: [...order(dpkg)] },
            });
          };
          assert.equal(
            lockOf(shuffled),
            lockOf(list => list),
          );
        },
      ),
    );
  });
});

describe('what differs from the lock of a container', () => {
  const files: readonly [string, Record<string, string>, Record<string, string>, string[]][] = [
    ['nothing', { a: digest('1') }, { a: digest('1') }, []],
    [
      'an edit',
      { '.devcontainer/Dockerfile': digest('1') },
      { '.devcontainer/Dockerfile': digest('2') },
      ['.devcontainer/Dockerfile edited'],
    ],
    [
      'a file that is new and one that is gone',
      { a: digest('1') },
      { b: digest('1') },
      ['a removed', 'b added'],
    ],
  ];
  for (const [name, before, now, expected] of files)
    it(`names files: ${name}`, () => {
      assert.deepEqual(lines(compareFiles({ locked: { files: before }, now: { files: now } })), expected);
    });

  it('names Features by what their lockfile says', () => {
    const side = (one: string) => ({
      files: { 'devcontainer-lock.json': digest(one) },
      features: {
        lockfile: 'devcontainer-lock.json',
        sha256: digest(one),
        digests: { 'lab/hello:1': digest(one), 'lab/same:1': digest('9') },
      },
    });
    assert.deepEqual(lines(compareFiles({ locked: side('1'), now: side('2') })), [
      'Feature lab/hello:1 sha256:111111111111… → sha256:222222222222…, devcontainer-lock.json edited',
    ]);
    assert.deepEqual(featureDigests('{"features":{"a":{"integrity":"x"},"b":{"resolved":"y"}}}'), {
      a: 'x',
      b: 'y',
    });
    assert.deepEqual(featureDigests('{"features":'), {});
  });

  const containers: readonly [
    string,
    Partial<typeof runtime>,
    Partial<typeof runtime>,
    string[],
    string[],
  ][] = [
    ['nothing', {}, {}, [], []],
    [
      'shared memory',
      {},
      { shmSize: 64 * 1024 ** 2 },
      ['shm-size 8 GB → 64 MB, set otherwise when the container was made'],
      [],
    ],
    [
      'limits and capabilities',
      { capAdd: ['SYS_PTRACE'] },
      { ulimits: ['stack=1:1'] },
      [
        'cap-add SYS_PTRACE → none, set otherwise when the container was made',
        'ulimit none → stack=1:1, set otherwise when the container was made',
      ],
      [],
    ],
    ['a GPU that is missing', { gpu: 'all' }, {}, ['GPU all → none, not passed now'], []],
    [
      'a GPU that is passed otherwise',
      { gpu: 'all' },
      { gpu: 'nvidia.com/gpu=all' },
      [],
      ['GPU all → nvidia.com/gpu=all, passed in another way'],
    ],
    [
      'defaults of another engine',
      { shmSize: 67108864 },
      { engine: 'podman', shmSize: 65536000, ipc: 'shareable' },
      [],
      ['ipc private → shareable, set otherwise when the container was made'],
    ],
  ];
  for (const [name, locked, now, drift, told] of containers)
    it(`names settings of the container: ${name}`, () => {
      const items = compareContainer({
        locked: { image, runtime: { ...runtime, ...locked } },
        now: { imageId: image.id, runtime: { ...runtime, ...now } },
        ...{ madeForOther: false, samePackages: false },
      });
      assert.deepEqual(lines(items.filter(one => one.weight === 'must-match')), drift);
      assert.deepEqual(lines(items.filter(one => one.weight === 'informational')), told);
    });

  it('names an image that was built anew, which is no drift when its packages are the same', () => {
    const compared = (samePackages: boolean, madeForOther: boolean): DriftItem | undefined =>
      compareContainer({
        locked: { image, runtime },
        now: { imageId: digest('b'), runtime },
        madeForOther,
        samePackages,
      })[0];
    assert.equal(compared(false, false)?.cause, 'rebuilt');
    assert.equal(compared(false, false)?.weight, 'must-match');
    assert.equal(compared(false, true)?.cause, 'rebuilt, not from this lock');
    assert.equal(compared(true, false)?.weight, 'informational');
  });

  const python = {
    version: '3.11.2',
    implementation: 'cpython',
    manager: 'system',
    platform: 'linux-x86_64',
  };
  const inside: InsideFacts = {
    dpkg: ['bash=5.2', 'git=2.39', 'libc6:amd64=2.36'],
    python: {
      ...python,
      packages: [
        { name: 'numpy', version: '1.26.4' },
        { name: 'six', version: '1.17.0' },
      ],
    },
    probe: { os: 'Debian 12', 'torch.cuda': '12.8' },
  };
  const changes: readonly [string, InsideFacts, string[]][] = [
    ['nothing', inside, []],
    [
      'a Debian package that is gone, and one that is newer',
      { ...inside, dpkg: ['bash=5.3', 'libc6:amd64=2.36'] },
      ['bash 5.2 → 5.3, upgraded by hand', 'git 2.39 → (gone), removed by hand'],
    ],
    [
      'a Python package',
      {
        ...inside,
        python: {
          ...python,
          packages: [
            { name: 'numpy', version: '2.0.1' },
            { name: 'six', version: '1.17.0' },
          ],
        },
      },
      ['numpy 1.26.4 → 2.0.1, installed by hand'],
    ],
    [
      'another CUDA',
      { ...inside, probe: { os: 'Debian 12', 'torch.cuda': '12.6' } },
      ['torch.cuda 12.8 → 12.6, changed'],
    ],
    [
      'no Python at all',
      { probe: inside.probe, ...(inside.dpkg === undefined ? {} : { dpkg: inside.dpkg }) },
      ['Python 3.11.2 → (gone), removed by hand'],
    ],
  ];
  for (const [name, now, expected] of changes)
    it(`names what is inside: ${name}`, () => {
      const locked = {
        probe: { ...inside.probe },
        container: { config: 'c', files: {}, base: [], image, runtime, dpkg: [...(inside.dpkg ?? [])] },
        ...(inside.python === undefined ? {} : { python: inside.python }),
      };
      assert.deepEqual(lines(compareInside({ locked, now, rebuilt: false })), expected);
      for (const { cause } of compareInside({ locked, now, rebuilt: true }))
        assert.doesNotMatch(cause, /by hand/);
    });

  it('tells another machine, but never as drift', () => {
    const host = { gpus: [], driver: '570', kernel: '6.1', engine: 'docker', engineVersion: '27' };
    const items = compareHost(host, { ...host, driver: '580', engineVersion: '28' });
    assert.deepEqual(
      items.map(one => [one.name, one.weight]),
      [
        ['GPU driver', 'informational'],
        ['engine', 'informational'],
      ],
    );
    assert.deepEqual(compareHost(undefined, host), []);
  });
});

describe('the registry of a lock', () => {
  it('that cannot be asked is a problem, never drift', async () => {
    const base = [{ ref: 'localhost:1/base:1', digest: digest('1') }, { ref: 'own' }];
    const features = {
      lockfile: 'x',
      sha256: digest('2'),
      digests: { './local': '', 'localhost:1/lab/a:1': digest('3') },
    };
    const { items, problems } = await compareRegistry({ base, features }, { variables: {} });
    assert.deepEqual(items, []);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /registry localhost:1 could not be asked.*Check the network/);
  });
});

describe('what a container tells of its packages', () => {
  const facts = JSON.stringify({
    version: '3.11.2',
    implementation: 'cpython',
    platform: 'linux-x86_64',
    manager: 'system',
    conda: [],
    torch: { __version__: '2.9.0+cu128', cuda: '12.8' },
  });
  const listing = JSON.stringify([
    { name: 'Lab_Package', version: '1', url: 'https://user:secret@host/x.git', commit: 'abc', vcs: 'git' },
    {
      name: 'own',
      version: '0',
      url: 'file:///workspaces/a%20b/own',
      commit: '',
      editable: true,
      location: '/workspaces/a b/own',
    },
  ]);

  it('is read with Debian packages that are installed alone', () => {
    const text = `dpkg\ninstalled bash=5.2\nconfig-files git=2.39\n.\nDebian 12\n.\n${facts}\n${listing}\n`;
    const read = readInside(text, '/workspaces/a b', { CUDA_VERSION: '12.8.1' });
    assert.deepEqual(read?.dpkg, ['bash=5.2']);
    assert.deepEqual(read.probe, {
      os: 'Debian 12',
      CUDA_VERSION: '12.8.1',
      torch: '2.9.0+cu128',
      'torch.cuda': '12.8',
    });
    assert.deepEqual(read.python?.packages, [
      { name: 'lab-package', version: '1', vcs: 'git', url: 'https://host/x.git@abc' },
      { name: 'own', version: '0', url: 'file:./own', location: 'own', editable: true },
    ]);
  });

  it('is told where there is no dpkg and no Python, and is nothing where the shell failed', () => {
    assert.deepEqual(readInside('.\n.\n', '/', {}), { probe: {} });
    assert.equal(readInside('sh: not found\n', '/', {}), undefined);
    fc.assert(fc.property(fc.string(), text => void readInside(text, '/', {})));
  });
});

describe('what a container is made from by its lock', () => {
  it('is the image without what is in it already', () => {
    const entry = {
      Id: digest('a'),
      Config: { Labels: { 'devcontainer.metadata': '[{"postCreateCommand":"once"}]' } },
    };
    const value = {
      ...{ build: { dockerfile: 'Dockerfile' }, features: { x: {} }, remoteUser: 'me' },
      ...{ postCreateCommand: 'once', postStartCommand: 'always' },
    };
    assert.deepEqual(fromImage(value, imageSchema.parse(entry)), {
      ...{ image: digest('a'), remoteUser: 'me', postStartCommand: 'always' },
    });
    const torn = imageSchema.parse({ ...entry, Config: { Labels: { 'devcontainer.metadata': '{' } } });
    assert.deepEqual(fromImage({ image: 'x', postCreateCommand: 'once' }, torn, 'r@d'), {
      image: 'r@d',
      postCreateCommand: 'once',
    });
  });

  it('names images by digest where the lock knows one', () => {
    assert.deepEqual(
      pinnedNames([
        { ref: 'python:3.12', digest: digest('1') },
        { ref: 'own' },
        { ref: 'No Name', digest: digest('1') },
      ]),
      {
        'python:3.12': `docker.io/library/python@${digest('1')}`,
      },
    );
    const found = imageSchema.parse({
      Id: 'x',
      RepoDigests: [`python@${digest('1')}`, `other@${digest('2')}`, 'torn'],
    });
    assert.deepEqual(digestsOf(found, parseImageReference('docker.io/library/python:3.12')), [digest('1')]);
  });
});
