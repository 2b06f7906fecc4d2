import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unobservedPrograms } from '../../../../src/execution/capture/unobservedPrograms.ts';
import type { SeenChild } from '../../../../src/execution/capture/readSeen.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('programs that a run started', () => {
  const cases: readonly [SeenChild, unobserved: readonly string[]][] = [
    [{ program: '/usr/bin/nvidia-smi' }, []],
    [{ program: 'gcc-12' }, []],
    [{ program: 'git', command: 'rev-parse' }, []],
    [{ program: 'git', command: 'checkout' }, ['git']],
    [{ program: 'git' }, ['git']],
    [{ program: '/opt/bin/python3.11' }, []],
    [{ program: 'python3', unhooked: true }, ['python3']],
    [{ program: '/bin/sh' }, ['sh']],
    [{ program: '' }, ['another program']],
    [{ program: 'no-such-program' }, []],
    [{ program: '/no/such/program' }, []],
    [{ program: './elsewhere' }, ['elsewhere']],
    [{ program: 'tool' }, []],
    [{ program: 'tool', unhooked: true }, ['tool']],
    [{ program: 'long' }, []],
    [{ program: 'shell' }, ['shell']],
  ];
  for (const [child, expected] of cases)
    it(`${JSON.stringify(child)} leaves ${expected.length === 0 ? 'nothing' : expected.join()} unknown`, async () => {
      await using folder = await temporaryFolder();
      const scripts = {
        tool: '#!/usr/bin/env python3\n',
        long: `#!/bin/sh\n'''exec' "/a b/bin/python" "$0" "$@"\n' '''\n`,
        shell: '#!/bin/sh\npython3 train.py\n',
      };
      for (const [name, content] of Object.entries(scripts)) {
        await writeFile(join(folder.path, name), content);
        await chmod(join(folder.path, name), 0o755);
      }
      const variables = { PATH: `${folder.path}:/bin` };
      const place = { isHere: true, cwd: folder.path, variables };
      assert.deepEqual(await unobservedPrograms([child], place), expected);
    });

  it('are known by name alone where they ran in a container', async () => {
    const place = { isHere: false, cwd: '/', variables: {} };
    const children = ['torchrun', 'python3', 'ldconfig'].map(program => ({ program }));
    assert.deepEqual(await unobservedPrograms(children, place), ['torchrun']);
  });
});
