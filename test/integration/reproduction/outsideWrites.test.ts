/** What a run wrote outside the repository is not written over, whichever way it came there. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';

const prelude = `
import json, multiprocessing as mp, os, random, shutil
place = os.path.expanduser("~/models")
def save(path):
    with open(path, "w") as file:
        file.write(str(random.random()))
def read_all():
    for i in range(300):
        open("data/%d.txt" % i).close()
`;

const programs: Readonly<Record<string, string>> = {
  'a folder that was renamed into place': `
new = place + "/new-checkpoint"
os.makedirs(new + "/part")
save(new + "/part/model.txt")
shutil.rmtree(place + "/checkpoint", ignore_errors=True)
os.rename(new, place + "/checkpoint")
`,
  'a hard link': `
os.makedirs(place + "/checkpoint/part", exist_ok=True)
save("model.tmp")
if os.path.exists(place + "/checkpoint/part/model.txt"): os.remove(place + "/checkpoint/part/model.txt")
os.link("model.tmp", place + "/checkpoint/part/model.txt")
`,
  'a worker': `
os.makedirs(place + "/checkpoint/part", exist_ok=True)
read_all()
with mp.get_context("fork").Pool(1) as pool:
    pool.map(save, [place + "/checkpoint/part/model.txt"])
`,
  'a program that leaves without a word': `
os.makedirs(place + "/checkpoint/part", exist_ok=True)
read_all()
save(place + "/checkpoint/part/model.txt")
print('{"step": 1, "loss": 0.5}', flush=True)
os._exit(0)
`,
};

describe('what a run wrote outside the repository, by', function () {
  this.timeout(60_000);
  let project: CliProject;
  let home: string;

  before(async () => {
    const data = Array.from({ length: 300 }, (_, i): [string, string] => [`data/${i}.txt`, `${i}\n`]);
    const scripts = Object.values(programs).map((code, i): [string, string] => [
      `train${i}.py`,
      `${prelude}${code}\nprint('{"step": 1, "loss": 0.5}')\n`,
    ]);
    project = await cliProject(Object.fromEntries([...data, ...scripts]));
    home = project.environment['HOME'] ?? assert.fail();
  });
  after(() => project[Symbol.asyncDispose]());

  Object.keys(programs).forEach((name, i) =>
    it(`${name}, keeps a reproduction from starting`, async () => {
      const { code, stderr } = await project.lockstep(['run', '--', 'python3', `train${i}.py`]);
      assert.equal(code, 0, stderr);
      const model = join(home, 'models/checkpoint/part/model.txt');
      const before = await readFile(model, 'utf8');
      const refused = await project.lockstep(['reproduce', '@1']);
      assert.equal(refused.code, 3, refused.stdout);
      assert.match(refused.stderr, /model\.txt/);
      assert.equal(await readFile(model, 'utf8'), before);
    }),
  );
});
