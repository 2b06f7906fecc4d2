/** A GPU that is not here is refused before anything starts, with those that are. */
import assert from 'node:assert/strict';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import { requireGpu } from '../../../../src/reproduction/restore/requireGpu.ts';
import { gpuMachine, prints } from '../../../helpers/gpuMachine.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { plan } from '../recordedRun.ts';

const smi = `case "$*" in -L) ${prints('a100-mig-list.txt')};; *-x*) ${prints('a100-mig.xml')};; *) ${prints('a100-mig.csv')};; esac`;
const second = 'GPU-11111111-1111-4111-8111-111111111111';

describe('the GPU that was asked for', () => {
  const table: readonly [
    title: string,
    gpu: string | undefined,
    cards: boolean,
    RegExp | string | undefined,
  ][] = [
    ['none', undefined, false, undefined],
    ['an index', '1', true, '1'],
    ['a UUID', second, true, second],
    ['the beginning of one', 'GPU-1111', true, 'GPU-1111'],
    // CUDA takes its first part.
    ['a divided card', '0', true, '0'],
    ['a part of a card', '0:1', true, 'MIG-bbbbbbbb-0000-5000-8000-000000000001'],
    [
      'a part by its name',
      'MIG-aaaaaaaa-0000-5000-8000-000000000000',
      true,
      'MIG-aaaaaaaa-0000-5000-8000-000000000000',
    ],
    [
      'an index that is not here',
      '5',
      true,
      /^There is no GPU 5 on this machine\. It has 0 \(NVIDIA A100-SXM4-80GB, .*\), 1 \(NVIDIA A100/,
    ],
    ['one of two', '1,2', true, /^There is no GPU 2 /],
    ['a part that is not there', '0:2', true, /^There is no GPU 0:2 /],
    ['what begins every name', 'GPU-', true, /^There is no GPU GPU- /],
    ['nothing', '', true, /^There is no GPU {2}on/],
    ['one where there is none', '0', false, /^There is no GPU 0: this machine has none\.$/],
  ];
  for (const [title, gpu, hasCards, expected] of table)
    it(title, async () => {
      await using folder = await temporaryFolder();
      const machine = await gpuMachine(folder.path, { tools: hasCards ? { 'nvidia-smi': smi } : {} });
      const asked = requireGpu(gpu === undefined ? {} : { gpu }, plan(), machine);
      if (!(expected instanceof RegExp)) assert.equal(await asked, expected);
      else
        await assert.rejects(asked, error => {
          assert.ok(error instanceof LockstepError && error.mend !== undefined);
          assert.match(error.message, expected);
          return error.code === 'gpu-unknown';
        });
    });
});
