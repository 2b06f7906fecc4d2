/** Who brings a Compose project up is told what it does not get. */
import assert from 'node:assert/strict';
import { composeWarning } from '../../../../src/environments/devcontainer/composeProject.ts';

describe('a devcontainer of Compose', () => {
  it('comes with a warning, also of a GPU that is asked for', () => {
    assert.equal(composeWarning({ kind: 'image' }, ['--gpus', 'all']), undefined);
    assert.match(composeWarning({ kind: 'compose' }, []) ?? '', /shared memory[^G]*found\.$/);
    assert.match(composeWarning({ kind: 'compose' }, ['--gpus', 'all']) ?? '', /GPU is not passed/);
  });
});
