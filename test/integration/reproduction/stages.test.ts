/** A training that reads what an earlier run has written, where that is gone. */
import assert from 'node:assert/strict';
import { copyFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { cliProject, type CliProject } from '../../helpers/lockstepCli.ts';

describe('a run of two stages', function () {
  this.timeout(60_000);
  let project: CliProject;
  let features: string;
  let stage: string;

  before(async () => {
    project = await cliProject({
      'prepare.py': 'open("features.csv", "w").write("1\\n2\\n")\n',
      'train.py':
        'import json\nfor step, line in enumerate(open("features.csv")):\n    print(json.dumps({"step": step, "loss": float(line)}))\n',
      '.gitignore': 'features.csv\n',
    });
    features = join(project.root, 'features.csv');
    for (const script of ['prepare.py', 'train.py'])
      assert.equal((await project.lockstep(['run', '--', 'python3', script])).code, 0);
  });
  after(() => project[Symbol.asyncDispose]());

  it('is told which run makes its missing input again, and is identical once that is done', async () => {
    await rm(features);
    const refused = await project.lockstep(['reproduce', '@1']);
    assert.equal(refused.code, 3);
    const told = /Run (\w{6}) wrote features\.csv: lockstep reproduce \1 --keep makes it again/;
    stage = told.exec(refused.stderr)?.[1] ?? assert.fail(refused.stderr);

    const { document } = await project.json(['reproduce', '@1', '--forecast', '--json']);
    const { items, blockers } = forecastSchema.parse(document);
    assert.match(items.find(({ what }) => what === 'features.csv')?.mend ?? '', told);
    assert.match(blockers[0]?.mend ?? '', told);

    const again = await project.lockstep(['reproduce', stage, '--keep']);
    assert.equal(again.code, 0, again.stderr);
    const [, checkout = ''] = / is kept in (.+)\n/.exec(again.stderr) ?? assert.fail(again.stderr);
    await copyFile(join(checkout, 'features.csv'), features);
    const done = await project.lockstep(['reproduce', '@2']);
    assert.equal(done.code, 0, done.stdout);
    assert.match(done.stdout, /Identical/i);
  });

  it('names it also where the file is another one by now', async () => {
    await writeFile(features, '1\n3\n');
    const { document } = await project.json(['reproduce', '@3', '--forecast', '--json']);
    const item = forecastSchema.parse(document).items.find(({ what }) => what === 'features.csv');
    assert.equal(item?.availability, 'changed');
    // The reproduction of it wrote the same.
    assert.ok(item.mend?.includes(`Run ${stage} wrote features.csv`), item.mend);
  });
});
