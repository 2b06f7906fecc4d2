import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkImageCuda } from '../../../../src/environments/gpu/checkImageCuda.ts';
import { cudaOfDriver, driverForCuda } from '../../../../src/environments/gpu/cudaDrivers.ts';
import {
  evaluateRequirement,
  requirementsOf,
  type CudaOffer,
} from '../../../../src/environments/gpu/cudaRequirement.ts';
import type { GpuHost, GpuPassing, HostGpu } from '../../../../src/environments/gpu/gpuHost.ts';

function machine(driver: string | undefined, maxCuda: string | undefined, gpu: Partial<HostGpu>): GpuHost {
  return {
    gpus: [{ vendor: 'nvidia', index: 0, name: 'NVIDIA GeForce RTX 4090', ...gpu }],
    ...(driver === undefined ? {} : { driver }),
    ...(maxCuda === undefined ? {} : { maxCuda }),
    ...{ wsl: false, cdiDevices: [], groups: {}, problems: [] },
  };
}

const geforce550 = machine('550.54.14', '12.4', { brand: 'geforce', computeCapability: '8.9' });
const a100on550 = machine('550.127.05', '12.4', {
  ...{ name: 'NVIDIA A100-SXM4-80GB', brand: 'tesla', computeCapability: '8.0' },
});
const h200 = machine('570.124.06', '12.8', {
  name: 'NVIDIA H200',
  brand: 'nvidia',
  computeCapability: '9.0',
});
const pascal = machine('580.95.05', '13.0', {
  name: 'NVIDIA TITAN Xp',
  brand: 'titan',
  computeCapability: '6.1',
});
const blackwell = machine('580.95.05', '13.0', {
  name: 'NVIDIA B200',
  brand: 'nvidia',
  computeCapability: '10.0',
});

const cuda128 = {
  CUDA_VERSION: '12.8.1',
  NV_CUDA_COMPAT_PACKAGE: 'cuda-compat-12-8=570.124.06-0ubuntu1',
  NVIDIA_REQUIRE_CUDA:
    'cuda>=12.8 brand=unknown,driver>=470,driver<471 brand=tesla,driver>=470,driver<471 brand=tesla,driver>=550,driver<551',
};
const cuda130 = { CUDA_VERSION: '13.0.1', NV_CUDA_COMPAT_PACKAGE: 'cuda-compat-13-0' };

describe('checkImageCuda', () => {
  const rows: readonly (readonly [string, Record<string, string>, GpuHost, GpuPassing['how'], string])[] = [
    ['a driver that is new enough', cuda128, h200, 'gpus-flag', 'good'],
    ['a brand that the image names for older drivers', cuda128, a100on550, 'gpus-flag', 'good'],
    [
      'a brand that it does not name, through the hook',
      cuda128,
      geforce550,
      'gpus-flag',
      'too-old driver 570.26 12.4',
    ],
    ['the same by CDI, where nothing refuses it', cuda128, geforce550, 'cdi', 'good minor-version'],
    [
      'the same with the demand switched off',
      { ...cuda128, NVIDIA_DISABLE_REQUIRE: '1' },
      geforce550,
      'gpus-flag',
      'good minor-version',
    ],
    ['an image with its version alone', { CUDA_VERSION: '12.4.1' }, geforce550, 'gpus-flag', 'good'],
    ['a newer one', { CUDA_VERSION: '12.6.3' }, geforce550, 'gpus-flag', 'too-old driver 560.28.03 12.4'],
    ['a newer major on a card for games', cuda130, geforce550, 'cdi', 'too-old driver 580.65.06 12.4'],
    ['a newer major on a card of the data centre', cuda130, a100on550, 'cdi', 'good forward'],
    [
      'the same without the package that bridges',
      { CUDA_VERSION: '13.0.1' },
      a100on550,
      'cdi',
      'too-old driver 580.65.06 12.4',
    ],
    ['CUDA 13 on a card that it left behind', cuda130, pascal, 'cdi', 'too-old gpu  12.9'],
    ['an image older than the card', { CUDA_VERSION: '12.4.1' }, blackwell, 'cdi', 'too-old image  '],
    ['an image that says nothing', {}, h200, 'cdi', 'unknown'],
    ['a machine without NVIDIA', cuda128, { ...h200, gpus: [] }, 'cdi', 'unknown'],
    ['a driver that nobody knows', cuda128, machine(undefined, undefined, {}), 'gpus-flag', 'unknown'],
    ['a brand that nobody knows', cuda128, machine('550.54.14', '12.4', {}), 'gpus-flag', 'unknown'],
    [
      'a CUDA version told by the driver alone',
      cuda128,
      machine('575.51.03', undefined, {}),
      'gpus-flag',
      'good',
    ],
    ['a demand of something new', { NVIDIA_REQUIRE_X: 'moon=full' }, h200, 'gpus-flag', 'unknown'],
    [
      'a demand for other systems',
      { CUDA_VERSION: '12.8.0', NVIDIA_REQUIRE_JETPACK: 'csv-mounts=all' },
      h200,
      'gpus-flag',
      'good',
    ],
    [
      'two demands',
      { ...cuda128, NVIDIA_REQUIRE_ARCH: 'arch>=10.0' },
      h200,
      'gpus-flag',
      'too-old driver 570.26 12.8',
    ],
  ];
  for (const [name, environment, host, how, wanted] of rows)
    it(`${name}: ${wanted}`, () => {
      const result = checkImageCuda(environment, host, how);
      assert.ok(result.message.endsWith('.') || result.verdict === 'unknown');
      const words =
        result.verdict === 'too-old'
          ? [result.verdict, result.what, result.neededDriver ?? '', result.newestCuda ?? '']
          : [result.verdict, ...('by' in result ? [result.by] : [])];
      assert.equal(words.join(' '), wanted);
    });

  it('says what to do in one sentence', () => {
    const result = checkImageCuda(cuda128, geforce550);
    assert.equal(result.verdict, 'too-old');
    assert.equal(result.message, 'driver 550.54.14 (CUDA 12.4) is too old for an image of CUDA 12.8.');
    assert.equal(
      result.mend,
      'Update the driver to 570.26 or newer, or use an image for CUDA 12.4 or older.',
    );
  });

  it('needs one GPU that is too old only', () => {
    const gpus = [
      ...h200.gpus,
      { vendor: 'nvidia', index: 1, name: 'old', brand: 'nvidia', computeCapability: '6.0' } as const,
    ];
    assert.equal(checkImageCuda(cuda130, { ...h200, gpus }, 'cdi').verdict, 'too-old');
  });

  it('knows the drivers of CUDA both ways', () => {
    assert.deepEqual(['12.8', '12.7', '13.1', '11.2', '10.2'].map(driverForCuda), [
      '570.26',
      '570.26',
      '590.44.01',
      '520.61.05',
      undefined,
    ]);
    assert.deepEqual(['570.124.06', '595.1', '510.1'].map(cudaOfDriver), ['12.8', '13.1', undefined]);
  });
});

describe('NVIDIA_REQUIRE_*', () => {
  const offer: CudaOffer = { cuda: '12.8', driver: '570.124.06', arch: '9.0', brand: 'nvidia' };

  it('is or between words and and between commas', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['', 'yes'],
      ['cuda>=12.8', 'yes'],
      ['cuda>12.8', 'no'],
      ['cuda>=12', 'yes'],
      ['cuda=12.8.0', 'yes'],
      ['cuda!=12.8', 'no'],
      ['driver>=570,driver<571', 'yes'],
      ['driver>=550,driver<551', 'no'],
      ['brand=TESLA', 'no'],
      ['brand!=geforce', 'yes'],
      ['brand=tesla cuda<=12.8', 'yes'],
      ['arch<9.0 arch>9.0', 'no'],
      ['moon=full', 'unknown'],
      ['moon=full,cuda>99', 'no'],
      ['moon=full cuda>1', 'yes'],
      ['cuda>=', 'unknown'],
      ['cuda>=new', 'unknown'],
      ['brand>=tesla', 'unknown'],
    ];
    for (const [text, answer] of cases) assert.equal(evaluateRequirement(text, offer), answer, text);
  });

  it('is made from CUDA_VERSION where an image has that alone', () => {
    assert.deepEqual(requirementsOf({ CUDA_VERSION: '12.4.1', PATH: '/bin' }), ['cuda>=12.4']);
    assert.deepEqual(requirementsOf({ CUDA_VERSION: 'x' }), []);
    assert.deepEqual(requirementsOf({ CUDA_VERSION: '12.4.1', NVIDIA_REQUIRE_CUDA: '' }), []);
  });

  it('agrees with what its words say, for any conditions', () => {
    const condition = fc.record({
      subject: fc.constantFrom('cuda', 'driver', 'arch', 'brand', 'other'),
      operator: fc.constantFrom('=', '!=', '>=', '<=', '>', '<'),
      value: fc.constantFrom('9.0', '12.8', '570', '600', 'nvidia', 'tesla'),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(condition, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }),
        words => {
          const text = words
            .map(word => word.map(({ subject, operator, value }) => subject + operator + value).join(','))
            .join(' ');
          const single = words.map(word =>
            word.map(({ subject, operator, value }) =>
              evaluateRequirement(subject + operator + value, offer),
            ),
          );
          const all = single.map(answers =>
            answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes',
          );
          const wanted = all.includes('yes') ? 'yes' : all.includes('unknown') ? 'unknown' : 'no';
          assert.equal(evaluateRequirement(text, offer), wanted);
        },
      ),
    );
    fc.assert(fc.property(fc.string(), text => void evaluateRequirement(text, offer)));
  });
});
