/** What a program keeps below the home folder, where tools have their caches and settings, too. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verdictSchema, type Verdict } from '../../../src/runs/verdict.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';

describe('files of a program below the home folder', function () {
  this.timeout(60_000);
  let project: CliProject;
  let home: string;

  before(async () => {
    project = await cliProject({
      'features.py': `
import json, os, random
cache = os.path.expanduser("~/.cache/myproject/features.json")
if not os.path.exists(cache):
    os.makedirs(os.path.dirname(cache))
    with open(cache, "w") as file:
        json.dump([random.random() for _ in range(3)], file)
print(json.dumps({"step": 1, "loss": sum(json.load(open(cache)))}))
`,
      'settings.py': `
import json, os
own = os.path.expanduser("~/.config/library/settings.json")
if not os.path.exists(own):
    os.makedirs(os.path.dirname(own))
    with open(own, "w") as file:
        file.write("{}")
rate = json.load(open(os.path.expanduser("~/.config/myproject/config.json")))["lr"]
print(json.dumps({"step": 1, "loss": rate}))
model = os.path.expanduser("~/.local/share/myproject/model.json")
os.makedirs(os.path.dirname(model), exist_ok=True)
with open(model, "w") as file:
    json.dump(rate, file)
`,
    });
    home = project.environment['HOME'] ?? assert.fail();
  });
  after(() => project[Symbol.asyncDispose]());

  async function reproduce(...words: string[]): Promise<Verdict> {
    const { document } = await project.json(['reproduce', ...words, '--json']);
    return verdictSchema.parse(document);
  }

  it('cap the verdict where only the original computed them', async () => {
    assert.equal((await project.lockstep(['run', '--', 'python3', 'features.py'])).code, 0);
    const first = await reproduce('@1');
    assert.equal(first.verdict, 'within-tolerance', first.sentence);
    assert.match(first.caps.join('\n'), /features\.json was read as the original had left it/);

    // To a run that found them there they are data.
    assert.equal(
      (await project.lockstep(['run', '--name', 'later', '--', 'python3', 'features.py'])).code,
      0,
    );
    const later = await reproduce('later');
    assert.equal(later.verdict, 'identical', later.sentence);
  });

  it('are inputs that are named where they have changed, and outputs that nothing writes over', async () => {
    await mkdir(join(home, '.config', 'myproject'), { recursive: true });
    const config = join(home, '.config', 'myproject', 'config.json');
    await writeFile(config, '{"lr": 0.1}');
    assert.equal((await project.lockstep(['run', '--name', 'set', '--', 'python3', 'settings.py'])).code, 0);
    await writeFile(config, '{"lr": 0.2}');

    const refused = await project.lockstep(['reproduce', 'set']);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /model\.json/);
    // What libraries settle once stands in nobody's way.
    assert.doesNotMatch(refused.stderr, /settings\.json/);
    assert.equal(await readFile(join(home, '.local/share/myproject/model.json'), 'utf8'), '0.1');

    const verdict = await reproduce('set', '--allow-outside-writes');
    assert.equal(verdict.verdict, 'diverged', verdict.sentence);
    assert.match(verdict.cause ?? '', /\.config\/myproject\/config\.json/);
  });
});
