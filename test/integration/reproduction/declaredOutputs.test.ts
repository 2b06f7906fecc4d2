/** Outputs that were named and that a run did not write, seen with real programs. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { reproduce } from '../../helpers/reproducedRuns.ts';

const programs = {
  '.gitignore': 'out/\n',
  'ok.py': `
import json, os
os.makedirs('out', exist_ok=True)
print(json.dumps({'step': 0, 'loss': 1.5}))
open('out/model.bin', 'w').write('m')
`,
  'fail.py': `
import json, sys
print(json.dumps({'step': 0, 'loss': 1.5}))
sys.exit('out of memory')
`,
  'other.py': `import json\nprint(json.dumps({'step': 0, 'loss': 1.5}))\n`,
};

describe('a declared output that a run did not write', function () {
  this.timeout(180_000);

  it('counts neither where an older file lies there nor where nothing does', async () => {
    await using project = await cliProject(programs);
    const run = (program: string): ReturnType<typeof project.lockstep> =>
      project.lockstep(['run', '--output', 'out/model.bin', '--', 'python3', program]);
    assert.equal((await run('ok.py')).code, 0);
    for (const there of ['an older file', 'nothing']) {
      if (there === 'nothing') await rm(join(project.root, 'out'), { recursive: true });
      assert.equal((await run('fail.py')).code, 1);
      const failed = await reproduce(project, ['@1']);
      assert.equal(failed.verdict, 'identical', `${there}: ${failed.sentence}`);
      assert.match(failed.sentence, /the same failure/);
    }
    assert.equal((await run('ok.py')).code, 0);
    const other = await run('other.py');
    assert.match(other.stderr, /did not write out\/model\.bin/);
    const { result } = showOutputSchema.parse((await project.json(['show', '@1', '--json'])).document);
    assert.equal(result?.outputs[0]?.unwritten, true);
    assert.match((await project.lockstep(['show', '@1'])).stdout, /out\/model\.bin.*not written by the run/);
    const verdict = await reproduce(project, ['@1']);
    assert.deepEqual([verdict.verdict, verdict.outputs[0]?.volatile], ['identical', true], verdict.sentence);
  });
});
