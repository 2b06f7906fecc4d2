import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { provenRows, provenTable } from '../../interop/record/provenRows.ts';

describe('what the README says about tracking libraries', () => {
  it('is the table of what is proven', () => {
    const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
    assert.ok(
      readme.includes(provenTable(provenRows)),
      `README.md should hold this table:\n${provenTable(provenRows)}`,
    );
  });

  it('is proven by tests that exist', async () => {
    const mocha = new Mocha();
    for (const file of globSync('test/interop/**/*.test.ts', { cwd: projectRoot }))
      mocha.addFile(join(projectRoot, file));
    await mocha.loadFilesAsync();
    const titles = new Set<string>();
    mocha.suite.eachTest(test => titles.add(test.fullTitle()));
    const missing = provenRows.flatMap(row => row.tests).filter(title => !titles.has(title));
    assert.deepEqual(missing, []);
  });
});
