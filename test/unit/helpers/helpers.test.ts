import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { runCommand } from '../../../src/base/runCommand.ts';
import { gitRepository } from '../../helpers/gitRepository.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('the test helpers', () => {
  it('scrub the environment of children', async () => {
    await using home = await temporaryFolder();
    process.env['PYTHONUNBUFFERED'] = '1';
    const environment = scrubbedEnvironment(home.path, { EXTRA: 'x', LANG: undefined });
    assert.equal(environment['PYTHONUNBUFFERED'], undefined);
    assert.equal(environment['HOME'], home.path);
    assert.equal(environment['EXTRA'], 'x');
    assert.equal('LANG' in environment, false);
    const outcome = await runCommand({ program: 'git', args: ['--version'], env: environment });
    assert.equal(outcome.exitCode, 0);
  });

  it('make a folder with a space in its path and remove it', async () => {
    let path: string;
    {
      await using folder = await temporaryFolder();
      path = folder.path;
      assert.match(path, / /);
      assert.ok(existsSync(path));
    }
    assert.equal(existsSync(path), false);
  });

  it('make a repository without an identity', async () => {
    await using repository = await gitRepository({ 'src/train.py': 'print(1)\n' });
    assert.equal(await repository.git('status', '--porcelain'), '');
    assert.equal(await repository.git('log', '--format=%s'), 'first commit');
    await assert.rejects(repository.git('config', 'user.name'));
  });

  it('wait until a condition holds, and say what was missing when it never does', async () => {
    let asked = 0;
    assert.equal(
      await waitFor('three questions', () => (++asked === 3 ? 'yes' : undefined), { everyMs: 1 }),
      'yes',
    );
    await assert.rejects(
      waitFor('nothing', () => false, { deadlineMs: 5, everyMs: 1, describe: () => 'emptiness' }),
      /for nothing\.\nSeen instead: emptiness/,
    );
  });
});
