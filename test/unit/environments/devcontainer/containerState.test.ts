/** What a container's inspection means for commands in it: user, folder, environment, paths. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containerState } from '../../../../src/environments/devcontainer/containerState.ts';
import { inspectedSchema } from '../../../../src/environments/devcontainer/containers.ts';
import type { InspectedContainer } from '../../../../src/environments/devcontainer/containers.ts';
import { isPoisoned, ourContainer } from '../../../../src/environments/devcontainer/ourContainer.ts';
import {
  bindMounts,
  pathInside,
  pathOutside,
} from '../../../../src/environments/devcontainer/mountedPaths.ts';

function inspected(
  more: Record<string, unknown> = {},
  labels: Record<string, string> = {},
): InspectedContainer {
  return inspectedSchema.parse({
    ...{ Id: 'a'.repeat(64), Name: '/one', Image: 'b'.repeat(64), Created: '2026-01-01T00:00:00Z' },
    State: { Status: 'running', StartedAt: '2026-01-01T00:00:01Z' },
    Mounts: [
      { Type: 'bind', Source: '/home/ada/my project', Destination: '/workspaces/my project' },
      { Type: 'bind', Source: '/home/ada/my project/data', Destination: '/data' },
      { Type: 'bind', Source: '/scratch', Destination: '/workspaces/my project/hidden' },
      { Type: 'volume', Name: 'cache', Destination: '/cache' },
    ],
    Config: { User: 'node:node', Env: ['PATH=/bin', 'A=1'], Labels: labels },
    ...more,
  });
}

describe('the state of a container', () => {
  it('follows the metadata of the specification: the last entry wins', () => {
    const metadata = JSON.stringify([
      { remoteUser: 'vscode', remoteEnv: { A: '2', B: '${containerEnv:A}-${containerEnv:NO:x}' } },
      { remoteEnv: { A: null, P: '${containerEnv:PATH}:/mine' } },
    ]);
    const labels = { 'devcontainer.metadata': metadata, 'lockstep.project': '/home/ada/my project' };
    const state = containerState(inspected({}, labels), '/home/ada/my project', {
      ...{ PATH: '/opt/conda/bin:/bin', SHLVL: '1', A: '1', CONDA: 'base' },
    });
    assert.deepEqual(
      [state.remoteUser, state.remoteWorkspaceFolder, state.madeBy, state.imageId.slice(0, 8)],
      ['vscode', '/workspaces/my project', 'lockstep', 'sha256:b'],
    );
    assert.deepEqual(state.remoteEnv, {
      ...{ PATH: '/opt/conda/bin:/bin', CONDA: 'base', B: '1-x', P: '/opt/conda/bin:/bin:/mine' },
    });
  });

  it('falls back to the user of the image where labels are missing or broken', () => {
    assert.equal(containerState(inspected({}, { 'devcontainer.metadata': '[{' }), '/x').remoteUser, 'node');
    assert.equal(containerState(inspected({ Config: {} }), '/x').remoteUser, 'root');
  });

  it('knows a container whose start failed, and prefers one that runs', () => {
    const failed = inspected({ Id: 'f', State: { Status: 'created', StartedAt: '0001-01-01T00:00:00Z' } });
    const exited = inspected({ Id: 'e', State: { Status: 'exited', StartedAt: '2026-01-01T00:00:01Z' } });
    const young = inspected({ ...failed, Created: new Date().toISOString() });
    const refused = inspected({ ...young, State: { ...failed.State, Error: 'no such device' } });
    const ended = inspected({ ...young, State: { ...failed.State, ExitCode: 127 } });
    const all = [failed, refused, ended, young, exited, inspected()];
    assert.deepEqual(
      all.map(one => isPoisoned(one)),
      [true, true, true, false, false, false],
    );
    assert.equal(ourContainer([failed, exited, inspected()], undefined)?.Id, 'a'.repeat(64));
  });
});

describe('paths inside', () => {
  const mounts = bindMounts(inspected());
  const rows: readonly (readonly [outside: string, inside: string | undefined])[] = [
    ['/home/ada/my project/src/a.py', '/workspaces/my project/src/a.py'],
    ['/home/ada/my project', '/workspaces/my project'],
    ['/home/ada/my project/data/x', '/data/x'],
    ['/scratch/y', '/workspaces/my project/hidden/y'],
    ['/home/ada/my project/hidden/z', undefined],
    ['/home/ada/other', undefined],
    ['/home/ada/my project2', undefined],
  ];
  for (const [outside, inside] of rows)
    it(`of ${outside}: ${inside ?? 'none'}`, () => {
      assert.equal(pathInside(mounts, outside), inside);
      if (inside !== undefined) assert.equal(pathOutside(mounts, inside), outside);
    });

  it('lead back to where they came from', () => {
    const name = fc.stringMatching(/^[a-z]{1,3}$/);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 4 }), parts => {
        const path = ['/home/ada/my project', ...parts].join('/');
        const inside = pathInside(mounts, path);
        if (inside !== undefined) assert.equal(pathOutside(mounts, inside), path);
      }),
    );
  });
});
