/** Against a server that speaks the protocol, and one that lies. The real registry is asked in test/containers. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseImageReference } from '../../../../src/environments/registry/imageReference.ts';
import { resolveDigest, resolveImage } from '../../../../src/environments/registry/registryClient.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

const config = JSON.stringify({
  config: { Env: ['CUDA_VERSION=12.8.1', 'EMPTY=', 'A=b=c'], User: 'vscode', Labels: { maintainer: 'me' } },
});
const manifest = JSON.stringify({
  config: { digest: digestOf(config), size: config.length },
  layers: [
    { digest: digestOf('1'), size: 1000 },
    { digest: digestOf('2'), size: 24 },
  ],
});
const index = JSON.stringify({
  manifests: [
    { digest: digestOf('arm'), platform: { os: 'linux', architecture: 'arm64' } },
    { digest: digestOf(manifest), platform: { os: 'linux', architecture: 'amd64' } },
    { digest: digestOf('attestation'), platform: { os: 'unknown', architecture: 'unknown' } },
  ],
});
const oci = 'application/vnd.oci.image';

describe('asking a registry', () => {
  let server: Server;
  let host: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  before(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    host = `localhost:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => (answer = honest));

  function honest({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const documents: Record<string, [string, string]> = {
      '/v2/lab/base/manifests/1': [`${oci}.index.v1+json`, index],
      '/v2/lab/base/manifests/single': [`${oci}.manifest.v1+json; charset=utf-8`, manifest],
      [`/v2/lab/base/manifests/${digestOf(manifest)}`]: [`${oci}.manifest.v1+json`, manifest],
      [`/v2/lab/base/blobs/${digestOf(config)}`]: ['application/octet-stream', config],
    };
    const [type, text] = documents[url] ?? [];
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': type ?? 'text/plain' });
    response.end(text);
  }

  const ask = (tag: string, platform = 'linux/amd64', variables = {}) =>
    resolveImage(parseImageReference(`${host}/lab/base:${tag}`), platform, {
      variables: { HOME: '/nowhere', ...variables },
    });

  it('tells what an image says of itself, without pulling it', async () => {
    const said = {
      ...{
        manifest: digestOf(manifest),
        config: digestOf(config),
        size: 1024,
        user: 'vscode',
        labels: { maintainer: 'me' },
      },
      environment: { CUDA_VERSION: '12.8.1', EMPTY: '', A: 'b=c' },
    };
    assert.deepEqual(await ask('1'), { digest: digestOf(index), ...said });
    assert.deepEqual(await ask('single'), { digest: digestOf(manifest), ...said });
  });

  it('asks once for a digest alone', async () => {
    const asked: (string | undefined)[] = [];
    answer = (request, response) => {
      asked.push(request.url);
      honest(request, response);
    };
    const image = parseImageReference(`${host}/lab/base:1`);
    assert.equal(await resolveDigest(image, { variables: {} }), digestOf(index));
    assert.deepEqual(asked, ['/v2/lab/base/manifests/1']);
  });

  it('says that there is no such image, tag or platform', async () => {
    await assert.rejects(ask('2'), { code: 'image-not-found' });
    await assert.rejects(ask('1', 'linux/s390x'), { code: 'image-not-found', message: /linux\/s390x/ });
  });

  const lies: [string, string, (response: ServerResponse) => void][] = [
    ['no JSON', 'registry-answer', response => response.end('<html>')],
    ['another form', 'registry-answer', response => response.end('{"config":[]}')],
    [
      'a digest that leaves the protocol',
      'registry-answer',
      response => response.end('{"config":{"digest":"../../x"},"layers":[]}'),
    ],
    ['more than a manifest is', 'registry-answer', response => response.end(Buffer.alloc(9 * 2 ** 20, 32))],
    ['500', 'registry-unreachable', response => response.writeHead(500).end()],
    ['403', 'registry-denied', response => response.writeHead(403).end()],
    ['401 with no way in', 'registry-denied', response => response.writeHead(401).end()],
    [
      'a body that breaks off',
      'registry-unreachable',
      response => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{', () => response.destroy());
      },
    ],
    ['nothing at all', 'registry-unreachable', response => response.destroy()],
  ];
  for (const [name, code, lie] of lies)
    it(`refuses ${name}`, async () => {
      answer = (_, response) => lie(response);
      await assert.rejects(ask('1'), { code });
    });

  it('notices content that is not what its digest names', async () => {
    answer = (request, response) =>
      request.url?.includes('blobs') === true
        ? response.end(config.replace('vscode', 'root'))
        : honest(request, response);
    await assert.rejects(ask('1'), { code: 'registry-answer', message: /is not sha256:/ });
  });

  it('can be left', async () => {
    const leave = new AbortController();
    answer = () => leave.abort(new Error('left'));
    await assert.rejects(
      resolveImage(parseImageReference(`${host}/lab/base:1`), 'linux/amd64', {
        variables: {},
        signal: leave.signal,
      }),
      /left/,
    );
  });

  describe('that wants a login', () => {
    const guarded = (request: IncomingMessage, response: ServerResponse): void => {
      const { url = '', headers } = request;
      if (url.startsWith('/token')) {
        const known = headers.authorization === `Basic ${btoa('ann:pass:word')}`;
        response.writeHead(known ? 200 : 401).end(JSON.stringify({ access_token: 'T' }));
      } else if (headers.authorization === 'Bearer T') honest(request, response);
      else
        response
          .writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="lab"` })
          .end();
    };

    it('uses the login of docker and of podman', async () => {
      answer = guarded;
      await using home = await temporaryFolder();
      const auths = { auths: { [`https://${host}/v1/`]: { auth: btoa('ann:pass:word') } } };
      for (const [folder, name] of [
        ['.docker', 'config.json'],
        ['.config/containers', 'auth.json'],
      ] as const) {
        await mkdir(join(home.path, folder), { recursive: true });
        await writeFile(join(home.path, folder, name), JSON.stringify(auths));
        assert.equal((await ask('1', 'linux/amd64', { HOME: home.path })).size, 1024);
        await writeFile(join(home.path, folder, name), 'broken');
        await assert.rejects(ask('1', 'linux/amd64', { HOME: home.path }), { code: 'registry-denied' });
      }
    });

    it('asks the program that keeps logins', async () => {
      answer = guarded;
      await using home = await temporaryFolder();
      await mkdir(join(home.path, '.docker'));
      const program = join(home.path, 'docker-credential-lab');
      await writeFile(
        program,
        `#!/bin/sh\nread server; test "$server" = ${host} && echo '{"Username":"ann","Secret":"pass:word"}'\n`,
        { mode: 0o755 },
      );
      const variables = { HOME: home.path, PATH: `${home.path}:${process.env['PATH'] ?? ''}` };
      const file = join(home.path, '.docker', 'config.json');
      await writeFile(file, JSON.stringify({ credHelpers: { [host]: 'lab' } }));
      assert.equal((await ask('1', 'linux/amd64', variables)).size, 1024);
      await writeFile(file, JSON.stringify({ credsStore: '../../docker-credential-lab' }));
      await assert.rejects(ask('1', 'linux/amd64', variables), { code: 'registry-denied' });
    });
  });
});
