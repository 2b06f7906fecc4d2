/** Every number of a printed JSON line is compared, seen with real programs. */
import assert from 'node:assert/strict';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { reproduce } from '../../helpers/reproducedRuns.ts';

const program = `
import json, os
shift = float(os.getenv('SHIFT', '0'))
what = os.environ['WHAT']
for step in range(2):
    line = {'step': step, 'acc': 0.9}
    if what == 'array':
        line['per_class_f1'] = [0.1 + shift, 0.2]
    elif what == 'text':
        line['loss'] = f'{0.5 + shift:.4f}'
    else:
        line.update(name='agent0', value=0.93, policy_loss=0.2 + shift)
    print(json.dumps(line))
`;

describe('what only an array, a text or a long form holds', function () {
  this.timeout(180_000);

  for (const [WHAT, metric] of [
    ['array', 'per_class_f1/0'],
    ['text', 'loss'],
    ['long', 'policy_loss'],
  ] as const)
    it(`is compared: ${metric}`, async () => {
      await using project = await cliProject({ 'train.py': program });
      assert.equal((await project.lockstep(['run', '--', 'python3', 'train.py'], { env: { WHAT } })).code, 0);
      const same = await reproduce(project, ['@1'], { env: { WHAT } });
      assert.equal(same.verdict, 'identical', same.sentence);
      const other = await reproduce(project, ['@2'], { env: { WHAT, SHIFT: '0.25' } });
      assert.equal(other.verdict, 'diverged', other.sentence);
      assert.ok(other.sentence.startsWith(`Diverged from step 0: ${metric} differs`), other.sentence);
    });
});
