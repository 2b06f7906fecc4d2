import assert from 'node:assert/strict';
import { endpointOf } from '../../../../src/data/lfs/lfsEndpoint.ts';

describe('endpointOf', () => {
  const ofGit: readonly (readonly [string, unknown])[] = [
    ['https://host/a/b', { kind: 'http', url: 'https://host/a/b.git/info/lfs' }],
    ['https://host/a/b.git', { kind: 'http', url: 'https://host/a/b.git/info/lfs' }],
    ['https://host/a/b.git/', { kind: 'http', url: 'https://host/a/b.git/info/lfs' }],
    [
      'https://me:se%40cret@host:8443/b',
      { kind: 'http', url: 'https://host:8443/b.git/info/lfs', login: { user: 'me', password: 'se@cret' } },
    ],
    ['https://me@host/b', { kind: 'http', url: 'https://host/b.git/info/lfs' }],
    ['git://host/b.git', { kind: 'http', url: 'https://host/b.git/info/lfs' }],
    [
      'git@host:a/b.git',
      { kind: 'ssh', host: 'git@host', path: 'a/b.git', url: 'https://host/a/b.git/info/lfs' },
    ],
    ['host:/a/b', { kind: 'ssh', host: 'host', path: '/a/b', url: 'https://host/a/b.git/info/lfs' }],
    [
      'ssh://git@host:2222/a/b',
      { kind: 'ssh', host: 'git@host', path: '/a/b', port: '2222', url: 'https://host/a/b.git/info/lfs' },
    ],
    ['/srv/git/b.git', { kind: 'folder', folder: '/srv/git/b.git' }],
    ['../b', { kind: 'folder', folder: '/home/b' }],
    ['./odd:name', { kind: 'folder', folder: '/home/me/odd:name' }],
    ['file:///srv/a%20b', { kind: 'folder', folder: '/srv/a b' }],
  ];
  for (const [address, endpoint] of ofGit)
    it(`finds the server of ${address}`, () => {
      assert.deepEqual(endpointOf(address, '/home/me', true), endpoint);
    });

  it('takes the address of a server as it is', () => {
    assert.deepEqual(endpointOf('https://host/lfs/', '/home/me', false), {
      kind: 'http',
      url: 'https://host/lfs',
    });
  });

  for (const address of ['ssh://-oProxyCommand=x/a', '-oProxyCommand=x:a', 'me@-oX:a', 'ftp://host/a'])
    it(`refuses ${address}`, () => {
      assert.throws(() => endpointOf(address, '/home/me', true), { code: 'lfs-address-not-supported' });
    });
});
