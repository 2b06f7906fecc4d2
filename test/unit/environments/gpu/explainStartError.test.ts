import assert from 'node:assert/strict';
import fc from 'fast-check';
import { explainStartError } from '../../../../src/environments/gpu/explainStartError.ts';
import { gpuFixture } from '../../../helpers/gpuMachine.ts';

describe('explainStartError', () => {
  const rows: readonly (readonly [string, string])[] = [
    [
      'no-nvidia-runtime',
      'docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].',
    ],
    [
      'no-nvidia-runtime',
      'could not select device driver "nvidia" with capabilities: [[compute utility gpu]]',
    ],
    [
      'driver-too-old',
      "OCI runtime create failed: … error running hook #0: exit status 1, stdout: , stderr: Auto-detected mode as 'legacy'\nnvidia-container-cli: requirement error: unsatisfied condition: cuda>=12.8, please update your driver to a newer version, or use an earlier cuda container: unknown",
    ],
    ['driver-too-old', 'nvidia-container-cli: requirement error: unsatisfied condition: brand = tesla\\n'],
    ['cdi-device-missing', 'Error: setting up CDI devices: unresolvable CDI devices nvidia.com/gpu=all'],
    ['cdi-device-missing', 'CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=7'],
    [
      'cdi-switched-off',
      'Error response from daemon: could not select device driver "cdi" with capabilities: []',
    ],
    ['keep-id-needs-rootless', 'Error: keep-id is only supported in rootless mode'],
    [
      'limit-not-permitted',
      'Error: OCI runtime error: runc: … error setting rlimits for ready process: setrlimit RLIMIT_NOFILE: operation not permitted',
    ],
    [
      'limit-not-permitted',
      'crun: setrlimit `RLIMIT_NOFILE`: Operation not permitted: OCI permission denied',
    ],
    ['runtime-unknown', 'Error response from daemon: unknown or invalid runtime name: nvidia'],
    ['runtime-unknown', 'Error response from daemon: Unknown runtime specified nvidia.'],
    [
      'driver-not-loaded',
      'nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown.',
    ],
    [
      'driver-missing',
      'nvidia-container-cli: initialization error: load library failed: libnvidia-ml.so.1: cannot open shared object file: no such file or directory: unknown.',
    ],
    [
      'driver-library-mismatch',
      'nvidia-container-cli: initialization error: nvml error: driver/library version mismatch',
    ],
    ['gpu-unknown', 'nvidia-container-cli: device error: GPU-123: unknown device: unknown'],
    ['nvidia-container-cli-failed', 'nvidia-container-cli: mount error: something else: unknown'],
    [
      'cdi-stale',
      'error mounting "/usr/lib/x86_64-linux-gnu/libcuda.so.570.124.06" to rootfs: … no such file or directory',
    ],
    [
      'cdi-stale',
      'Error: statfs /usr/lib/x86_64-linux-gnu/libnvidia-ml.so.550.54.14: no such file or directory',
    ],
    ['device-nodes-missing', 'Error: stat /dev/nvidia0: no such file or directory'],
    [
      'device-nodes-missing',
      'error gathering device information while adding custom device "/dev/kfd": no such file or directory',
    ],
    ['gpus-flag-in-one-word', 'unknown flag: --gpus all\nSee docker run --help'],
    [
      'rootless-cgroups',
      'nvidia-container-cli: mount error: failed to set cgroup: bpf_prog_query(BPF_CGROUP_DEVICE) failed: operation not permitted',
    ],
  ];
  for (const [code, text] of rows)
    it(`${code}: ${text.slice(0, 72).replaceAll('\n', ' ')}`, () => {
      const found = explainStartError(`[2026-01-01] Start: Run: docker run --gpus all\n${text}\nmore\n`);
      assert.equal(found?.code, code);
      assert.ok(found.message.length > 20 && found.mend.length > 10);
    });

  it('knows what real engines said', () => {
    const said = (file: string): (string | undefined)[] =>
      gpuFixture(`real/${file}`)
        .split(/^\$ /m)
        .slice(1)
        .filter(part => /^exit 12[56]$/m.test(part))
        .map(part => explainStartError(part)?.code);
    assert.deepEqual(said('docker-20.10.24.txt'), [
      ...['gpus-value-unquoted', 'gpus-flag-in-one-word', 'cdi-switched-off', 'driver-too-old'],
      'no-nvidia-runtime',
    ]);
    assert.deepEqual(said('podman-4.3.1.txt'), ['cdi-device-missing']);
  });

  it('names the condition and the devices', () => {
    assert.match(
      explainStartError('unsatisfied condition: cuda>=12.8, please')?.message ?? '',
      /: cuda>=12\.8$/,
    );
    assert.match(explainStartError('unresolvable CDI devices nvidia.com/gpu=7')?.message ?? '', /gpu=7\.$/);
  });

  it('says nothing of what it does not know', () => {
    for (const text of ['', 'no space left on device', 'docker run --gpus all', 'stat /data: no such file'])
      assert.equal(explainStartError(text), undefined);
    fc.assert(fc.property(fc.string(), text => void explainStartError(text)));
  });
});
