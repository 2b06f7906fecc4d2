/** What everybody may read of an exec: words of the engine's client hold names of variables, not their values. */
import assert from 'node:assert/strict';
import { execCommand } from '../../../../src/environments/devcontainer/execInEnvironment.ts';
import type { ExecRequest } from '../../../../src/environments/devcontainer/execInEnvironment.ts';

const request: ExecRequest = {
  engine: {
    ...{ kind: 'docker', source: 'setting', endpoint: 'unix:///d.sock', program: 'docker', version: '0' },
    ...{ apiVersion: '1.41', remote: false, desktop: false, environment: { DOCKER_HOST: 'unix:///d.sock' } },
    facts: {
      ...{ osType: 'linux', operatingSystem: '', kernel: '', rootless: false, selinux: false },
      ...{ runtimes: [], discoveredDevices: [], cdiSpecDirs: [] },
    },
  },
  container: {
    ...{ id: 'c1', name: 'c', state: 'running', imageId: 'sha256:1', remoteUser: 'ada', madeBy: 'lockstep' },
    remoteWorkspaceFolder: '/w',
    remoteEnv: { API_TOKEN: 'top-secret', PATH: '/opt/bin:/bin', DOCKER_HOST: 'tcp://inside' },
  },
  argv: ['printenv'],
  environment: { LINES: 'a\nb' },
  streams: { tty: true },
};

describe('the client of an exec', () => {
  it('gets values in its environment, except those that would decide for itself', () => {
    const { words, environment } = execCommand(request, 'm1');
    assert.deepEqual(
      words.filter((_, index) => words[index - 1] === '--env'),
      ['API_TOKEN', 'PATH=/opt/bin:/bin', 'DOCKER_HOST=tcp://inside', 'LINES', 'LOCKSTEP_EXEC=m1'],
    );
    assert.deepEqual(environment, {
      ...{ API_TOKEN: 'top-secret', LINES: 'a\nb', DOCKER_HOST: 'unix:///d.sock' },
    });
  });
});
