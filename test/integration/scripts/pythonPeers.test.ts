/** What set-up says on machines where a tracking library cannot be had. */
import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensurePeers, testedPeers } from '../../../scripts/provision/ensurePeers.ts';
import { installedPeer, peerTitle } from '../../../scripts/provision/pythonPeers.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';

/** Python programs that play the machine. */
const machines: readonly (readonly [what: string, python3: string | undefined, says: RegExp])[] = [
  ['no Python', undefined, /python3 could not be started: https:\/\/www\.python\.org/],
  [
    'an old Python',
    'echo "Python 3.9 or newer is needed: https://www.python.org/downloads" >&2; exit 1',
    /Python 3\.9 or newer is needed/,
  ],
  [
    'a Python without ensurepip, as Debian has it',
    'if [ "$1" = -c ]; then exit 0; fi; echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1',
    /cannot make virtual environments\. sudo apt-get install python3-venv/,
  ],
  [
    'no network',
    `if [ "$1" = -c ]; then exit 0; fi
/bin/mkdir -p "$3/bin"
printf '#!/bin/sh\\necho "ERROR: No matching distribution found" >&2; exit 1\\n' > "$3/bin/python"
/bin/chmod +x "$3/bin/python"`,
    /No matching distribution found/,
  ],
];

describe('the set-up of tracking libraries', () => {
  let folder: TemporaryFolder;
  let kept: NodeJS.ProcessEnv;
  beforeEach(async () => {
    folder = await temporaryFolder();
    kept = { ...process.env };
  });
  afterEach(async () => {
    process.env = kept;
    await folder.remove();
  });

  for (const [what, python3, says] of machines)
    it(`goes on without them, and says why: ${what}`, async function () {
      if (process.platform === 'win32') this.skip();
      const programs = join(folder.path, 'programs');
      const cache = join(folder.path, 'cache');
      await mkdir(programs);
      if (python3 !== undefined) {
        await writeFile(join(programs, 'python3'), `#!/bin/sh\n${python3}\n`);
        await chmod(join(programs, 'python3'), 0o755);
      }
      process.env['PATH'] = programs;
      process.env['LOCKSTEP_TEST_CACHE'] = cache;

      const lines: string[] = [];
      await ensurePeers(line => lines.push(line));
      const missing = lines.filter(line => line.startsWith('Missing: '));
      for (const line of missing.filter(one => !one.includes('azurite'))) assert.match(line, says);
      for (const name of testedPeers) assert.ok(missing.some(line => line.includes(peerTitle(name))));
      assert.equal(installedPeer('mlflow'), undefined);
      assert.deepEqual(await readdir(join(cache, 'peers')), [], 'nothing half made is left');
    });
});
