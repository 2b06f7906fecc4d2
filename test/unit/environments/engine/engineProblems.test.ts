import assert from 'node:assert/strict';
import { engineStopped } from '../../../../src/environments/engine/engineProblems.ts';

describe('an engine that does not answer', () => {
  const cases: [called: string, endpoint: string, chosen: boolean, words: string, mend: RegExp][] = [
    // A socket that is not there is not started: it is a wrong name.
    [
      'DOCKER_HOST',
      'unix:///no.sock',
      true,
      'ENOENT',
      /^Correct DOCKER_HOST, or unset it: unset DOCKER_HOST$/,
    ],
    [
      'DOCKER_HOST',
      'unix:///run/d.sock',
      true,
      'ECONNREFUSED',
      /^sudo systemctl start docker; or unset DOCKER_HOST$/,
    ],
    ['the setting', 'unix:///no.sock', true, 'ENOENT', /^Correct it: the setting decides\.$/],
    [
      'DOCKER_HOST',
      'tcp://gpu:2375',
      true,
      'ECONNREFUSED',
      /^Start the engine there.*DOCKER_HOST decides\.$/,
    ],
    ['/run/docker.sock', 'unix:///run/docker.sock', false, 'ECONNREFUSED', /^sudo systemctl start docker$/],
  ];
  for (const [called, endpoint, chosen, words, mend] of cases)
    it(`${called} ${endpoint} ${words}`, () => {
      const problem = engineStopped({ called, endpoint, chosen }, words, 'linux');
      assert.match(problem.mend, mend);
      assert.ok(problem.message.includes(endpoint));
    });
});
