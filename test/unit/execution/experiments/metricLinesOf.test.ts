import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { metricLinesOf } from '../../../../src/execution/experiments/metricLinesOf.ts';
import { rememberMetricLineChoice } from '../../../../src/tracking/metricLineChoice.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('whether printed lines become metrics', () => {
  it('is what the experiment says, else what was answered for the command, else what the file says for every run', async () => {
    await using folder = await temporaryFolder();
    const project = { root: folder.path, store: join(folder.path, '.lockstep') };
    const file = join(folder.path, 'lockstep.yaml');
    const command = { argv: ['python', 'train.py'], cwd: '' };
    assert.equal(await metricLinesOf(project, command, undefined), false);
    await writeFile(file, 'metricLines: true\n');
    assert.equal(await metricLinesOf(project, command, undefined), true);
    assert.equal(await metricLinesOf(project, command, false), false);
    await rememberMetricLineChoice(project.store, command, false);
    assert.equal(await metricLinesOf(project, command, undefined), false);
    assert.equal(await metricLinesOf(project, { ...command, cwd: 'b' }, undefined), true);
    assert.equal(await metricLinesOf(project, command, true), true);
    await rm(file);
    assert.equal(await metricLinesOf(project, { ...command, cwd: 'b' }, undefined), false);
  });
});
