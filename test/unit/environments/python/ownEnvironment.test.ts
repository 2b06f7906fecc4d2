import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requireOwnEnvironment } from '../../../../src/environments/python/ownEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('a Python that nobody named', () => {
  const interpreter = '/usr/bin/python3';
  const packages = [{ name: 'Py.YAML', version: '6.0' }];

  it('is no environment of a project whose packages it lacks', async () => {
    await using folder = await temporaryFolder();
    const asked = (manager: 'system' | 'uv'): Promise<string | undefined> =>
      requireOwnEnvironment({ manager, interpreter, packages }, folder.path);
    assert.match((await asked('system')) ?? '', /No environment of this project.*python3 -m venv \.venv/);
    await writeFile(join(folder.path, 'requirements.txt'), 'py-yaml>=6\n');
    assert.match((await asked('system')) ?? '', /all packages that it has/);
    await writeFile(join(folder.path, 'uv.lock'), 'version = 1\n');
    await writeFile(
      join(folder.path, 'pyproject.toml'),
      '[project]\nname = "p"\nversion = "1"\ndependencies = ["numpy", "torch"]\n',
    );
    await assert.rejects(asked('system'), {
      code: 'environment-of-project-missing',
      message: /does not have numpy and 1 more, which pyproject\.toml asks for/,
      mend: /uv sync.*--interpreter \/usr\/bin\/python3/,
    });
    assert.equal(await asked('uv'), undefined, 'an environment may lack what is not installed yet');
  });
});
