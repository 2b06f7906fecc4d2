/** The table of libraries is what is installed: a suite that tests another version than it says proves nothing. */
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { testedPeers } from '../../scripts/provision/ensurePeers.ts';
import { peerTitle } from '../../scripts/provision/pythonPeers.ts';
import { runCommand } from '../../src/base/runCommand.ts';
import { peerOrSkip } from '../helpers/peerOrSkip.ts';

describe('the libraries that are tested', () => {
  for (const name of testedPeers)
    it(`have ${peerTitle(name)}`, async function () {
      const { python, title } = peerOrSkip(this, name);
      const [product = '', version] = title.split(' ');
      const { stdout, stderr } = await runCommand({
        program: python,
        args: [
          '-c',
          'import importlib.metadata as m, sys; print(m.version(sys.argv[1]), sys.prefix != sys.base_prefix)',
          product,
        ],
      });
      assert.equal(stdout.toString('utf8').trim(), `${version ?? ''} True`, stderr);
    });
});
