/** Variables of devcontainer.json are replaced by what is known; the rest stays as it is written. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  devcontainerIdOf,
  substituteVariables,
} from '../../../../src/environments/devcontainer/substituteVariables.ts';

const sources = {
  containerEnv: { PATH: '/bin', EMPTY: '' },
  localEnv: { TOKEN: 's$&3', PATH: '/mine' },
  localWorkspaceFolder: '/home/ada/my project',
  containerWorkspaceFolder: '/workspaces/my project',
  devcontainerId: 'id0',
};

describe('a text with variables of devcontainer.json', () => {
  const rows: readonly (readonly [text: string, becomes: string])[] = [
    ['${containerEnv:PATH}:/x', '/bin:/x'],
    ['${localEnv:TOKEN}-${env:TOKEN}', 's$&3-s$&3'],
    ['${localEnv:NO:else}${localEnv:NO}${containerEnv:EMPTY:else}', 'else'],
    ['${localWorkspaceFolder} ${localWorkspaceFolderBasename}', '/home/ada/my project my project'],
    ['${containerWorkspaceFolder}/src', '/workspaces/my project/src'],
    ['${containerWorkspaceFolderBasename}-${devcontainerId}', 'my project-id0'],
    ['${other} ${other:PATH} ${ $PATH', '${other} ${other:PATH} ${ $PATH'],
  ];
  for (const [text, becomes] of rows)
    it(`${text}: ${becomes}`, () => assert.equal(substituteVariables(text, sources), becomes));

  it('keeps what is not known, and may be anything', () => {
    const bare = { containerEnv: {}, localEnv: {} };
    assert.equal(substituteVariables('${containerWorkspaceFolder}', bare), '${containerWorkspaceFolder}');
    const part = fc.constantFrom('${', '}', ':', 'env', 'localEnv', 'PATH', 'devcontainerId', ' ');
    fc.assert(
      fc.property(fc.array(part), parts => {
        const text = parts.join('');
        const done = substituteVariables(text, sources);
        if (!text.includes('${')) assert.equal(done, text);
      }),
    );
  });

  it('has an id of 52 digits, whatever the order of the labels', () => {
    const id = devcontainerIdOf({ a: '1', b: '2' });
    assert.match(id, /^[0-9a-v]{52}$/);
    assert.equal(devcontainerIdOf({ b: '2', a: '1' }), id);
  });
});
