import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import { runCommand } from '../../../src/base/runCommand.ts';
import { provenRows, provenTable } from '../../interop/record/provenRows.ts';

/** Prints the full titles of the tests of `test/interop`, a line each. */
const lister = `
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import Mocha from 'mocha';
const mocha = new Mocha();
for (const file of globSync('test/interop/**/*.test.ts')) mocha.addFile(resolve(file));
await mocha.loadFilesAsync();
mocha.suite.eachTest(test => console.log(test.fullTitle()));
`;

describe('what the README says about tracking libraries', () => {
  it('is the table of what is proven', () => {
    const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
    assert.ok(
      readme.includes(provenTable(provenRows)),
      `README.md should hold this table:\n${provenTable(provenRows)}`,
    );
  });

  /** Full titles of what `npm test` runs, or `npm run soak`. */
  async function titlesIn(soak: boolean): Promise<ReadonlySet<string>> {
    const listed = await runCommand({
      program: process.execPath,
      args: ['--input-type=module', '-e', lister],
      cwd: projectRoot,
      env: { ...process.env, LOCKSTEP_SOAK: soak ? '1' : undefined },
    });
    assert.equal(listed.exitCode, 0, listed.stderr);
    return new Set(listed.stdout.toString('utf8').split('\n'));
  }

  it('is proven by tests that exist, in the form of the suites that it names', async () => {
    const [short, long] = await Promise.all([titlesIn(false), titlesIn(true)]);
    const tests = provenRows.flatMap(row => row.tests);
    assert.deepEqual(
      tests.filter(title => !long.has(title)),
      [],
    );
    assert.deepEqual(
      tests.filter(title => !short.has(title)),
      provenRows.flatMap(row => row.inSoak ?? []),
    );
  }).timeout(120_000);
});
