import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { suites } from '../../../scripts/suites/suiteTable.ts';

describe('the suites', () => {
  it('have every test file, each of them once', () => {
    const inTable = suites.flatMap(suite => globSync(suite.files, { cwd: projectRoot }));
    assert.equal(new Set(inTable).size, inTable.length);
    assert.deepEqual(inTable.sort(), globSync('test/**/*.test.ts', { cwd: projectRoot }).sort());
  });
});
