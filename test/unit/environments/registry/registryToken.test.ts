import assert from 'node:assert/strict';
import fc from 'fast-check';
import { authorise, isOwn, readChallenge } from '../../../../src/environments/registry/registryToken.ts';

describe('the way into a registry', () => {
  const challenges: [string | null, unknown][] = [
    [null, undefined],
    ['Basic realm="x"', { scheme: 'basic' }],
    [
      'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/python:pull"',
      { scheme: 'bearer', realm: 'https://auth.docker.io/token', service: 'registry.docker.io' },
    ],
    ['bearer Realm="https://a.b/t"', { scheme: 'bearer', realm: 'https://a.b/t' }],
    ['Bearer realm="no address"', undefined],
    ['Bearer', undefined],
    ['Negotiate', undefined],
    [`Bearer realm="https://a/${'x'.repeat(5000)}"`, undefined],
  ];
  for (const [header, expected] of challenges)
    it(`reads ${String(header).slice(0, 60)}`, () => assert.deepEqual(readChallenge(header), expected));

  it('reads any header', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        readChallenge(text);
        readChallenge(`Bearer ${text}`);
      }),
    );
  });

  const owners: [string, string, boolean][] = [
    ['auth.docker.io', 'docker.io', true],
    ['gitlab.com', 'registry.gitlab.com', true],
    ['ghcr.io', 'ghcr.io', true],
    ['GHCR.IO', 'ghcr.io', true],
    ['localhost', 'localhost:5000', true],
    ['evil.org', 'ghcr.io', false],
    ['ghcr.io.evil.org', 'ghcr.io', false],
    ['evilghcr.io', 'ghcr.io', false],
    ['io', 'ghcr.io', false],
    ['0.0.1', '10.0.0.1:5000', false],
    ['x.localhost', 'localhost', false],
  ];
  for (const [realm, registry, expected] of owners)
    it(`${expected ? 'trusts' : 'does not trust'} ${realm} with the login of ${registry}`, () =>
      assert.equal(isOwn(realm, registry), expected));

  const login = { user: 'ann', password: 'secret' };
  const asked: Request[] = [];
  const request = (realm: string) => ({
    ...{ challenge: { scheme: 'bearer' as const, realm, service: 's' }, login },
    ...{ registry: 'registry.example.org', repository: 'a/b' },
    fetch: (one: Request) => {
      asked.push(one);
      return Promise.resolve(new Response(JSON.stringify({ token: 'T' })));
    },
  });

  it('gives a login to the own domain, and asks others without one', async () => {
    asked.length = 0;
    assert.equal(await authorise(request('https://example.org/token?a=1')), 'Bearer T');
    assert.equal(await authorise(request('https://evil.org/token')), 'Bearer T');
    assert.deepEqual(
      asked.map(({ url, headers }) => [url, headers.get('authorization')]),
      [
        [
          'https://example.org/token?a=1&scope=repository%3Aa%2Fb%3Apull&service=s',
          `Basic ${btoa('ann:secret')}`,
        ],
        ['https://evil.org/token?scope=repository%3Aa%2Fb%3Apull&service=s', null],
      ],
    );
  });

  it('asks nobody in the clear', async () => {
    asked.length = 0;
    assert.equal(await authorise(request('http://example.org/token')), undefined);
    assert.equal(asked.length, 0);
  });

  it('trades the token of a single sign-on, only with the own domain', async () => {
    asked.length = 0;
    const signedOn = { ...login, identityToken: 'I' };
    await authorise({ ...request('https://example.org/token'), login: signedOn });
    await authorise({ ...request('https://evil.org/token'), login: signedOn });
    assert.deepEqual(
      await Promise.all(asked.map(async one => [one.method, (await one.text()).includes('refresh_token=I')])),
      [
        ['POST', true],
        ['GET', false],
      ],
    );
  });
});
