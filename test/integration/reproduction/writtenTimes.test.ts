/** Programs that write how long they took beside what they found, seen with real runs. */
import assert from 'node:assert/strict';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { reproduce } from '../../helpers/reproducedRuns.ts';

const program = `
import datetime, json, os, sys, tarfile, time
began = time.time()
os.makedirs('out', exist_ok=True)
print(json.dumps({'step': 0, 'loss': 0.5}))
with open('out/results.csv', 'w') as f:
    f.write('epoch,time,loss\\n1,%r,0.5\\n' % (time.time() - began))
result = {'acc': 0.9, 'train_runtime': time.time() - began, 'timestamp': datetime.datetime.now().isoformat()}
json.dump({'w': 1}, open('out/model.json', 'w'))
with tarfile.open('out/model.tar.gz', 'w:gz') as archive:
    archive.add('out/model.json')
json.dump({**result, 'best_model_checkpoint': os.path.abspath('out/ck')}, open('out/all_results.json', 'w'))
`;

describe('files of results that hold times', function () {
  this.timeout(120_000);

  it('do not count where all that counts in them is the same', async () => {
    await using project = await cliProject({ '.gitignore': 'out/\n', 'train.py': program });
    assert.equal((await project.lockstep(['run', '--', 'python3', 'train.py'])).code, 0);
    const verdict = await reproduce(project, ['@1']);
    assert.equal(verdict.verdict, 'identical', verdict.sentence);
    assert.deepEqual(
      verdict.outputs
        .filter(one => one.path !== 'out/model.json')
        .map(({ path, volatile, sentence }) => [path, volatile, sentence]),
      [
        [
          'out/all_results.json',
          true,
          'Not counted: differs only in elapsed time (train_runtime), timestamp (timestamp) and the path of the checkout.',
        ],
        ['out/model.tar.gz', true, 'Not counted: differs only in embedded times.'],
        ['out/results.csv', true, 'Not counted: differs only in elapsed time (time).'],
      ],
    );
  });
});
