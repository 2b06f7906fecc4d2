import assert from 'node:assert/strict';
import { upLogLines } from '../../../../src/environments/devcontainer/upLogLines.ts';

const raw = (text: string): string => JSON.stringify({ type: 'raw', level: 3, timestamp: 1, text });

describe('the log of how a devcontainer came up', () => {
  it('is shown without advice about builders, and with the last word on each layer', () => {
    const log = [
      JSON.stringify({ type: 'start', level: 2, timestamp: 1, text: 'Run: docker build -t x' }),
      // As Docker 20.10 with a client of 28 prints it.
      raw(
        'DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n            Install the buildx component to build images with BuildKit:\n            https://docs.docker.com/go/buildx/\n\n',
      ),
      raw(
        '0123456789ab: Pulling fs layer\nba9876543210: Waiting\n0123456789ab: Downloading [=>  ]  1MB/2MB\r',
      ),
      raw('0123456789ab: Download complete\nba9876543210: Pull complete\n0123456789ab: Pull complete\n'),
      raw('Step 1/2 : FROM x\nCopying blob sha256:cccccccccccccdef\nCopying blob cccccccccccc done\n'),
      'a stray line',
    ];
    assert.deepEqual(upLogLines(log.join('\n')), [
      '$ docker build -t x',
      'ba9876543210: Pull complete',
      '0123456789ab: Pull complete',
      'Step 1/2 : FROM x',
      'Copying blob cccccccccccc done',
      'a stray line',
    ]);
  });
});
