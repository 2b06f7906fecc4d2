/** Programs that name what they write after the time, or at random. */
import assert from 'node:assert/strict';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';

describe('outputs named after the time of their run', () => {
  it('are compared with those of the original, and named as they are called now', async () => {
    await using project = await cliProject({
      '.gitignore': 'outputs\n',
      'train.py': `
import datetime, json, os, time, uuid
folder = datetime.datetime.now().strftime("outputs/%Y-%m-%d/%H-%M-%S")
# Never in the second of the run before.
while os.path.isdir(folder):
    folder = datetime.datetime.now().strftime("outputs/%Y-%m-%d/%H-%M-%S")
os.makedirs(folder)
factor = float(os.environ.get("FACTOR", "1"))
json.dump({"accuracy": 0.9 * factor}, open(folder + "/metrics.json", "w"))
json.dump({"w": 1}, open("outputs/model-%s.json" % uuid.uuid4().hex[:16], "w"))
print(json.dumps({"epoch": 1, "loss": 0.5}))
`,
    });
    assert.equal((await project.lockstep(['run', '--', 'python3', 'train.py'])).code, 0);
    const id = '@1';
    const same = verdictSchema.parse((await project.json(['reproduce', id, '--json'])).document);
    assert.equal(same.verdict, 'identical', JSON.stringify(same.outputs));
    assert.equal(same.outputs.length, 2);
    for (const { sentence } of same.outputs) assert.match(sentence ?? 'Now outputs/', /^Now outputs\//);

    const env = { FACTOR: '2' };
    assert.equal(
      (await project.lockstep(['run', '--name', 'twice', '--', 'python3', 'train.py'], { env })).code,
      0,
    );
    const other = verdictSchema.parse(
      (await project.json(['reproduce', 'twice', '--json'], { env: { FACTOR: '3' } })).document,
    );
    assert.equal(other.verdict, 'diverged', JSON.stringify(other.outputs));
  });
});
