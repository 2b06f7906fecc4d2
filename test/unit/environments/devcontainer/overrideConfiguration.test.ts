/** What is added to a project's own configuration on this machine, and what is left to it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { askedGpus } from '../../../../src/environments/devcontainer/gpuRequest.ts';
import { overrideConfiguration } from '../../../../src/environments/devcontainer/overrideConfiguration.ts';
import type { Additions } from '../../../../src/environments/devcontainer/overrideConfiguration.ts';

const nothing: Additions = {
  ...{ labels: {}, gpuArgs: [], sharedMemory: false, raiseLimits: false, mounts: [], environment: {} },
};

describe('the override configuration', () => {
  it('is the whole configuration with words for run after the project’s own, and asks for no GPU itself', () => {
    const value = {
      ...{ image: 'x', runArgs: ['--init'], hostRequirements: { gpu: true, cpus: 4 } },
      remoteUser: 'ada',
    };
    const override = overrideConfiguration(value, {
      ...{ gpuArgs: ['--gpus', 'all'], sharedMemory: true, raiseLimits: true },
      labels: { 'lockstep.project': '/a b' },
      mounts: [{ source: '/a,b "c"', target: '/t', readOnly: true }],
      environment: { NAME: 'v w' },
    });
    assert.deepEqual(override, {
      ...{ image: 'x', remoteUser: 'ada', hostRequirements: { cpus: 4 } },
      runArgs: [
        ...['--init', '--gpus', 'all', '--shm-size=8g'],
        ...['--ulimit', 'memlock=-1', '--ulimit', 'stack=67108864'],
        ...['--mount', 'type=bind,"source=/a,b ""c""",target=/t,readonly'],
        ...['--env', 'NAME=v w', '--label', 'lockstep.project=/a b'],
      ],
    });
  });

  const kept: readonly (readonly string[])[] = [
    ['--shm-size=1g'],
    ['--shm-size', '1g'],
    ['--ipc=host'],
    ['--ipc', 'host'],
  ];
  for (const runArgs of kept)
    it(`leaves shared memory to the project: ${runArgs.join(' ')}`, () => {
      const added = overrideConfiguration(
        { image: 'x', runArgs: [...runArgs] },
        { ...nothing, sharedMemory: true },
      );
      assert.deepEqual(added.runArgs, runArgs);
    });

  it('leaves limits to the project that it sets', () => {
    const runArgs = ['--ulimit', 'memlock=1', '--ulimit=stack=2'];
    const added = overrideConfiguration({ image: 'x', runArgs }, { ...nothing, raiseLimits: true });
    assert.deepEqual(added.runArgs, runArgs);
  });

  it('changes nothing but runArgs and the GPU, whatever the configuration holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.string()), (other, runArgs) => {
        const { runArgs: words, ...rest } = overrideConfiguration(
          { ...other, hostRequirements: { gpu: true }, runArgs },
          nothing,
        );
        assert.deepEqual(words, runArgs);
        const own = Object.fromEntries(
          Object.entries(other).filter(([name]) => !['hostRequirements', 'runArgs'].includes(name)),
        );
        assert.deepEqual(rest, own);
      }),
    );
  });
});

describe('the request for GPUs', () => {
  const rows: readonly (readonly [
    gpu: boolean | 'optional' | { cores?: number } | undefined,
    want: string,
  ])[] = [
    ...([
      [undefined, 'none'],
      [false, 'none'],
      [true, 'required'],
      ['optional', 'optional'],
      [{ cores: 8 }, 'required'],
    ] as const),
  ];
  for (const [gpu, want] of rows)
    it(`is ${want} for ${gpu === undefined ? 'nothing' : JSON.stringify(gpu)}`, () => {
      assert.equal(askedGpus(gpu === undefined ? {} : { hostRequirements: { gpu } }).request.want, want);
    });

  it('gives way to a choice of this machine, and both to the project’s own runArgs', () => {
    const value = { hostRequirements: { gpu: true } };
    assert.deepEqual(askedGpus(value, ['GPU-1']), {
      request: { want: 'required', devices: ['GPU-1'] },
      by: 'choice',
    });
    assert.equal(askedGpus(value, 'none').request.want, 'none');
    for (const runArgs of [
      ['--gpus', 'all'],
      ['--gpus=all'],
      ['--device', 'nvidia.com/gpu=0'],
      ['--device=/dev/kfd'],
    ])
      assert.equal(askedGpus({ ...value, runArgs }, ['GPU-1']).by, 'runArgs', runArgs.join(' '));
    assert.equal(askedGpus({ ...value, runArgs: ['--device', '/dev/fuse'] }).by, 'hostRequirements');
  });
});
