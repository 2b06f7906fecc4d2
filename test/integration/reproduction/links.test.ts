/** Which of its checkpoints a run called the best one is a result, too. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';

describe('symbolic links that a run makes', function () {
  this.timeout(60_000);

  it('count as outputs by where they lead', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os, sys
best = "epoch1" if sys.argv[1] == "same" or "checkouts" not in os.getcwd() else "epoch2"
os.makedirs("out")
for name in ("epoch1", "epoch2"):
    os.mkdir("out/" + name)
    with open("out/%s/model.json" % name, "w") as file:
        json.dump(name, file)
os.symlink(os.path.abspath("out/" + best), "out/best.new")
os.replace("out/best.new", "out/best")
print(json.dumps({"step": 1, "loss": 0.5}))
`,
      '.gitignore': 'out\n',
    });
    for (const [mode, expected] of [
      ['same', 'identical'],
      ['other', 'diverged'],
    ] as const) {
      await project.lockstep(['run', '--name', mode, '--', 'python3', 'train.py', mode]);
      const { document } = await project.json(['reproduce', mode, '--json']);
      const verdict = verdictSchema.parse(document);
      assert.equal(verdict.verdict, expected, verdict.sentence);
      const best = verdict.outputs.find(({ path }) => path === 'out/best');
      assert.equal(best?.verdict, expected);
      assert.match(best.sentence ?? '', /^A link to out\/epoch1/);
      await rm(join(project.root, 'out'), { recursive: true });
    }
  });
});
