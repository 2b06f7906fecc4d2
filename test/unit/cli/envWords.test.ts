import assert from 'node:assert/strict';
import { envLogs } from '../../../src/cli/commands/env/logs.ts';
import { gpuChoice } from '../../../src/cli/commands/env/environmentRequest.ts';
import type { CliContext } from '../../../src/cli/cliContext.ts';

describe('words of environment commands', () => {
  it('--gpus names GPUs, or none', () => {
    assert.deepEqual([undefined, 'none', '0, 1', 'GPU-1'].map(gpuChoice), [
      undefined,
      'none',
      ['0', '1'],
      ['GPU-1'],
    ]);
    for (const words of ['', ' ', ','])
      assert.throws(() => gpuChoice(words), { code: 'wrong-use', message: /--gpus wants/ });
  });

  it('--tail is a number of lines', async () => {
    for (const tail of ['abc', '-1', '', '1.5'])
      await assert.rejects(envLogs.run([`--tail=${tail}`], {} as CliContext), {
        ...{ code: 'wrong-use', message: /--tail wants/ },
      });
  });
});
