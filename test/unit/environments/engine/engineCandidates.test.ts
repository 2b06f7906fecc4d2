/** Where an engine is looked for, from variables, contexts and sockets that a test makes up. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { isRemote, parseEndpoint } from '../../../../src/environments/engine/endpoint.ts';
import { engineCandidates, type EnginePlaces } from '../../../../src/environments/engine/engineCandidates.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('engineCandidates', () => {
  let folder: TemporaryFolder;
  let places: EnginePlaces;
  const id = createHash('sha256').update('gpu box').digest('hex');

  before(async () => {
    folder = await temporaryFolder();
    const config = join(folder.path, '.docker');
    await mkdir(join(config, 'contexts', 'meta', id), { recursive: true });
    await mkdir(join(config, 'contexts', 'tls', id, 'docker'), { recursive: true });
    await writeFile(join(config, 'config.json'), '{"auths":{},"currentContext":"gpu box"}');
    await writeFile(
      join(config, 'contexts', 'meta', id, 'meta.json'),
      '{"Name":"gpu box","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://10.0.0.5:2376","SkipTLSVerify":false}}}',
    );
    await writeFile(join(folder.path, 'docker.sock'), '');
    await writeFile(join(folder.path, 'podman.sock'), '');
    places = {
      dockerConfig: config,
      sockets: [
        { kind: 'docker', path: join(folder.path, 'absent.sock') },
        { kind: 'docker', path: join(folder.path, 'docker.sock') },
        { kind: 'podman', path: join(folder.path, 'podman.sock') },
      ],
    };
  });
  after(() => folder.remove());

  const cases: readonly [string, string | undefined, NodeJS.ProcessEnv, readonly string[]][] = [
    ['the setting before all', 'tcp://a:1', { DOCKER_HOST: 'tcp://b:1' }, ['setting tcp://a:1']],
    ['a setting that names a context', 'gpu box', {}, ['setting tcp://10.0.0.5:2376']],
    ['DOCKER_HOST', undefined, { DOCKER_HOST: 'tcp://b:1', DOCKER_CONTEXT: 'x' }, ['DOCKER_HOST tcp://b:1']],
    ['DOCKER_CONTEXT', undefined, { DOCKER_CONTEXT: 'gpu box' }, ['DOCKER_CONTEXT tcp://10.0.0.5:2376']],
    ['the current context', undefined, {}, ['context tcp://10.0.0.5:2376']],
    [
      'CONTAINER_HOST, with the context set aside',
      undefined,
      { DOCKER_CONTEXT: 'default', CONTAINER_HOST: 'unix:///p' },
      ['CONTAINER_HOST unix:///p'],
    ],
    ['only the sockets of the engine wanted', 'podman', { DOCKER_HOST: 'tcp://b:1' }, ['socket podman.sock']],
    [
      'sockets that are there',
      undefined,
      { DOCKER_CONTEXT: 'default' },
      ['socket docker.sock', 'socket podman.sock'],
    ],
  ];
  for (const [name, engine, variables, expected] of cases)
    it(`takes ${name}`, async () => {
      const found = await engineCandidates(engine === undefined ? {} : { engine }, variables, places);
      assert.ok(!('why' in found));
      assert.deepEqual(
        found.map(
          ({ source, endpoint }) =>
            `${source} ${endpoint.replace(/^unix:.*[/]/, source === 'socket' ? '' : '$&')}`,
        ),
        expected,
      );
    });

  it('hands the certificates of a context on', async () => {
    const found = await engineCandidates({}, {}, places);
    assert.ok(!('why' in found));
    assert.deepEqual(found[0]?.environment, {
      DOCKER_HOST: 'tcp://10.0.0.5:2376',
      DOCKER_CERT_PATH: join(places.dockerConfig, 'contexts', 'tls', id, 'docker'),
      DOCKER_TLS_VERIFY: '1',
    });
  });

  it('says that a context is not there, rather than pass it over', async () => {
    const found = await engineCandidates({}, { DOCKER_CONTEXT: 'other' }, places);
    assert.ok('why' in found);
    assert.match(found.why, /no such context/);
  });
});

describe('parseEndpoint', () => {
  const cases: readonly [string, unknown, boolean][] = [
    ['unix:///run/d.sock', { kind: 'socket', path: '/run/d.sock' }, false],
    ['/run/a b.sock', { kind: 'socket', path: '/run/a b.sock' }, false],
    ['npipe:////./pipe/docker_engine', { kind: 'pipe', path: '//./pipe/docker_engine' }, false],
    ['tcp://127.0.0.1:2375', { kind: 'tcp', host: '127.0.0.1', port: 2375, secure: false }, false],
    ['tcp://[::1]:80', { kind: 'tcp', host: '::1', port: 80, secure: false }, false],
    ['tcp://gpu:2376', { kind: 'tcp', host: 'gpu', port: 2376, secure: true }, true],
    ['https://gpu', { kind: 'tcp', host: 'gpu', port: 2376, secure: true }, true],
    ['ssh://me@gpu', { kind: 'ssh', address: 'ssh://me@gpu' }, true],
  ];
  for (const [text, expected, remote] of cases)
    it(`reads ${text}`, () => {
      const endpoint = parseEndpoint(text);
      assert.deepEqual(endpoint, expected);
      assert.ok(endpoint !== undefined);
      assert.equal(isRemote(endpoint), remote);
    });

  it('takes nothing for an address that is none', () => {
    for (const text of ['', 'docker', 'unix://relative', 'ssh://-oProxyCommand=x', 'ftp://x', 'tcp://'])
      assert.equal(parseEndpoint(text), undefined, text);
    fc.assert(fc.property(fc.string(), text => void parseEndpoint(text)));
    fc.assert(fc.property(fc.string(), text => void parseEndpoint(`tcp://${text}`)));
  });
});
