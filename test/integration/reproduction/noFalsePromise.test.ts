/** A forecast promises no verdict that cannot come: for each program it is asked first, and then held to its word. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { forecastSchema, type Forecast } from '../../../src/runs/forecast.ts';
import { RunStore } from '../../../src/runs/runStore.ts';
import { verdictSchema, type Verdict } from '../../../src/runs/verdict.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const files = {
  '.gitignore': 'out/\n__pycache__/\n',
  'words.py': 'print("trained")\n',
  'slow.py': `
import json, time
for step in range(1, 4):
    print(json.dumps({'step': step, 'loss': 1 / step}), flush=True)
while True:
    time.sleep(0.05)
`,
};

describe('a forecast promises no more than the verdict can say', function () {
  this.timeout(120_000);
  let project: CliProject;

  before(async () => {
    project = await cliProject(files);
  });
  after(() => project[Symbol.asyncDispose]());

  async function run(...words: string[]): Promise<string> {
    const { code, document } = await project.json(['run', '--json', '--', ...words]);
    assert.equal(code, 0, JSON.stringify(document));
    return (document as { id: string }).id;
  }

  async function forecast(...words: string[]): Promise<Forecast> {
    return forecastSchema.parse(
      (await project.json(['reproduce', ...words, '--forecast', '--json'])).document,
    );
  }

  async function verdict(...words: string[]): Promise<Verdict> {
    return verdictSchema.parse((await project.json(['reproduce', ...words, '--json'])).document);
  }

  it('where nothing that counts was logged or written', async () => {
    const id = await run('python3', 'words.py');
    const { sentence, unproven } = await forecast(id);
    assert.match(sentence, /^The verdict will be inconclusive.*no metric and no output that counts/);
    assert.notEqual(unproven, undefined);
    assert.equal((await verdict(id)).verdict, 'inconclusive');
  });

  it('where the original was cancelled, and names the part that can be compared', async () => {
    const { document } = await project.json(['run', '--json', '--detach', '--', 'python3', 'slow.py']);
    const { id } = document as { id: string };
    const runs = new RunStore(join(project.root, '.git', 'lockstep'));
    await waitFor('its third step', async () =>
      (await project.lockstep(['logs', id])).stdout.includes('"step": 3'),
    );
    await project.lockstep(['cancel', id]);
    await waitFor('its end', async () => (await runs.read(id)).result);
    const whole = await forecast(id);
    assert.match(
      whole.sentence,
      /^The verdict will be inconclusive: the original was cancelled .*--steps 3\.$/,
    );
    const part = await forecast(id, '--steps', '3');
    assert.doesNotMatch(part.sentence, /inconclusive/);
    assert.equal((await verdict(id, '--steps', '3')).verdict, 'identical');
  });
});
