/** Code that one git tree does not hold: submodules with edits of their own, and files over the size limit. */
import assert from 'node:assert/strict';
import { appendFile, mkdir, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorOutputSchema } from '../../../src/cli/output/errorOutput.ts';
import { showOutputSchema } from '../../../src/cli/output/showOutput.ts';
import { capturedSchema } from '../../../src/runs/captured.ts';
import type { Captured } from '../../../src/runs/captured.ts';
import { forecastSchema } from '../../../src/runs/forecast.ts';
import { planSchema } from '../../../src/runs/plan.ts';
import type { Plan } from '../../../src/runs/plan.ts';
import { runPaths } from '../../../src/runs/runPaths.ts';
import { verdictSchema } from '../../../src/runs/verdict.ts';
import type { Verdict } from '../../../src/runs/verdict.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { fingerprintChanges, repositoryFingerprint } from '../../helpers/repositoryFingerprint.ts';
import { waitFor } from '../../helpers/waitFor.ts';

async function run(project: CliProject, ...words: string[]): Promise<void> {
  const outcome = await project.lockstep(['run', '--', ...words]);
  assert.equal(outcome.code, 0, outcome.stdout + outcome.stderr);
}

async function reproduce(project: CliProject, id = '@1'): Promise<Verdict> {
  const { document } = await project.json(['reproduce', id, '--json']);
  return verdictSchema.parse(document);
}

async function recordOf(project: CliProject, id: string): Promise<{ plan: Plan; captured: Captured }> {
  const paths = runPaths(join(project.root, '.git', 'lockstep'), id);
  const read = async (path: string): Promise<unknown> => JSON.parse(await readFile(path, 'utf8')) as unknown;
  const captured = await waitFor('captured.json', () => read(paths.captured).catch(() => undefined));
  return { plan: planSchema.parse(await read(paths.plan)), captured: capturedSchema.parse(captured) };
}

/** `lib` inside the project, with one commit. */
async function addSubmodule(project: CliProject): Promise<void> {
  const { repository } = project;
  const source = join(repository.home, 'library');
  const asTester = ['-c', 'user.name=A Tester', '-c', 'user.email=tester@example.invalid'];
  await mkdir(source);
  await writeFile(join(source, 'model.py'), 'VALUE = 0.25\n');
  await repository.git('-C', source, 'init', '--quiet');
  await repository.git('-C', source, 'add', '.');
  await repository.git('-C', source, ...asTester, 'commit', '--quiet', '--message', 'lib');
  await repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, 'lib');
  await repository.commit();
}

describe('a reproduction of code in parts', function () {
  this.timeout(180_000);

  it('has a dirty submodule as it was, and touches neither it nor the repository around it', async () => {
    await using project = await cliProject({
      'train.py': `
import json, sys
sys.path.insert(0, 'lib')
try:
    from model import VALUE
    from extra import MORE
except ImportError:
    VALUE, MORE = 0.5, 0.125
print(json.dumps({'step': 0, 'loss': VALUE + MORE}))
`,
      '.gitignore': '__pycache__/\n',
    });
    const { root } = project;
    await addSubmodule(project);
    await writeFile(join(root, 'lib', 'model.py'), 'VALUE = 0.5\n');
    await writeFile(join(root, 'lib', 'extra.py'), 'MORE = 0.125\n');
    await run(project, 'python3', 'train.py');

    // What lies in the workspace now is not what ran.
    await appendFile(join(root, 'lib', 'model.py'), 'VALUE = 100.0\n');
    const before = await repositoryFingerprint(root);
    const inner = await repositoryFingerprint(join(root, 'lib'));
    const verdict = await reproduce(project);
    assert.equal(verdict.verdict, 'identical', JSON.stringify(verdict, null, 1));
    const code = verdict.ingredients.find(one => one.name === 'code');
    assert.equal(code?.status, 'same', JSON.stringify(code));
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);
    assert.deepEqual(fingerprintChanges(inner, await repositoryFingerprint(join(root, 'lib'))), []);
    assert.match(await readFile(join(root, 'lib', 'model.py'), 'utf8'), /100/);

    // Without the submodule's repository the program would go on with something else, and say nothing.
    await rename(join(root, '.git/modules/lib'), join(root, '.git/aside'));
    const mend = /^Its uncommitted files were kept in modules\/lib of the git folder alone.* --without lib$/;
    const refused = await project.json(['reproduce', verdict.runId, '--json']);
    const { error } = errorOutputSchema.parse(refused.document);
    assert.deepEqual([refused.code, error.code], [3, 'code-missing'], JSON.stringify(error));
    assert.match(error.message, /^A part of the run's code is gone: lib could not be restored /);
    assert.match(error.mend ?? '', mend);
    const forecast = forecastSchema.parse(
      (await project.json(['reproduce', verdict.runId, '--forecast', '--json'])).document,
    );
    assert.deepEqual(
      forecast.blockers.map(({ code }) => code),
      ['code-missing'],
    );
    assert.match(forecast.blockers[0]?.mend ?? '', mend);
    assert.match(forecast.sentence, /^It cannot be the same run: submodule lib/);
    const without = await project.json(['reproduce', verdict.runId, '--without', 'lib', '--json']);
    const judged = verdictSchema.parse(without.document);
    assert.equal(without.code, 3);
    assert.match(judged.sentence, /^Inconclusive: lib, a part of the code, was left out\.$/);
    const row = judged.ingredients.find(one => one.name === 'code');
    assert.equal(row?.status, 'differs', JSON.stringify(row));
    assert.match(row.differences.join(), /^submodule lib [0-9a-f]{7} → not there/);
  });

  it('has a file over the size limit that was hashed beside the run, and is capped once it changed', async () => {
    await using project = await cliProject({
      'train.py': `
import json, os
size = os.stat('weights.bin').st_size
print(json.dumps({'step': 0, 'loss': size + 0.5}))
`,
    });
    const { root } = project;
    const weights = join(root, 'weights.bin');
    // Sparse; above what is hashed before the start, and not ignored.
    await writeFile(weights, 'abcd');
    await truncate(weights, 260 * 1024 * 1024);
    await run(project, 'python3', 'train.py');
    const id = showOutputSchema.parse((await project.json(['show', '@1', '--json'])).document).id;
    const { plan, captured } = await recordOf(project, id);
    assert.match(plan.code.known === 'declared' ? (plan.code.reason ?? '') : plan.code.known, /not hashed/);
    assert.deepEqual(
      captured.gaps?.map(gap => [gap.path, gap.sha256?.length]),
      [['weights.bin', 64]],
    );

    const before = await repositoryFingerprint(root);
    const same = await reproduce(project, id);
    assert.equal(same.verdict, 'identical', JSON.stringify(same, null, 1));
    assert.deepEqual(same.caps, []);
    assert.equal(same.ingredients.find(one => one.name === 'code')?.status, 'same');
    assert.deepEqual(fingerprintChanges(before, await repositoryFingerprint(root)), []);

    const handle = await open(weights, 'r+');
    await handle.write('x', 1_000_000);
    await handle.close();
    const changed = await reproduce(project, id);
    assert.equal(changed.verdict, 'within-tolerance', JSON.stringify(changed, null, 1));
    assert.match(changed.caps.join('\n'), /weights\.bin has changed since/);
    assert.equal(changed.ingredients.find(one => one.name === 'code')?.status, 'unknown');

    await rm(weights);
    const gone = await project.json(['reproduce', id, '--json']);
    assert.match(JSON.stringify(gone.document), /weights\.bin could not be restored/);
  });
});
