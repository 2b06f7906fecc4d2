import assert from 'node:assert/strict';
import fc from 'fast-check';
import { artifactParts } from '../../../../src/tracking/mlflow/artifactPath.ts';
import { childVariables } from '../../../../src/tracking/mlflow/childVariables.ts';
import { loggedImage } from '../../../../src/tracking/mlflow/loggedImages.ts';
import { MlflowProblem } from '../../../../src/tracking/mlflow/mlflowProblem.ts';
import { isForeign, pathBehindToken } from '../../../../src/tracking/mlflow/requestGuard.ts';
import { RouteTable } from '../../../../src/tracking/mlflow/routeTable.ts';

describe('paths of artifacts', () => {
  it('never leave their folder', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string(), fc.constantFrom('..', '.', '/', '\\', '\0', 'C:', 'a')), {
          maxLength: 8,
        }),
        pieces => {
          try {
            for (const part of artifactParts(pieces.join('')))
              assert.ok(part !== '..' && part !== '.' && !/[/\\\0]/.test(part));
          } catch (error) {
            assert.ok(error instanceof MlflowProblem);
          }
        },
      ),
    );
    assert.deepEqual(artifactParts('a//b/./c d%'), ['a', 'b', 'c d%']);
    for (const wrong of ['../a', 'a/../../b', '/etc/passwd', 'a\\b', 'a\0', 'C:/x', 'x'.repeat(256)])
      assert.throws(() => artifactParts(wrong), MlflowProblem, wrong);
  });
});

describe('names of logged images', () => {
  it('tell key, step and time', () => {
    const image = { kind: 'image', key: 'a/b c', step: 3, time: 17, mediaType: 'image/png' };
    assert.deepEqual(loggedImage('a#b c%step%3%timestamp%17%0f-a.png'), image);
    assert.deepEqual(loggedImage('a~b c+step+3+timestamp+17+0f-a.png'), image);
    for (const other of [
      'a%step%3%timestamp%17%0f%compressed.webp',
      'a+step+3+timestamp+17+0f+compressed.webp',
      'a%step+3%timestamp%17%0f.png',
      'plot.png',
      '%step%3%timestamp%17%0f.png',
    ])
      assert.equal(loggedImage(other), undefined, other);
  });
});

describe('the guard of the endpoint', () => {
  it('finds the path behind the token', () => {
    assert.equal(pathBehindToken('/t/api/x?y=/z', 't'), 'api/x');
    assert.equal(pathBehindToken('/t', 't'), '');
    for (const url of ['/', '', '/tt/x', '//t/x', '/T/x', '/t%20/x', 't/x'])
      assert.equal(pathBehindToken(url, 't'), undefined, url);
    assert.equal(pathBehindToken('/', ''), undefined);
  });

  it('takes a request without a host for a strange one', () => {
    assert.equal(isForeign({}), true);
    assert.equal(isForeign({ host: '127.0.0.1:5' }), false);
    assert.equal(isForeign({ host: '127.0.0.1:5', 'sec-fetch-site': 'none' }), false);
  });

  it('finds who answers, with the parts of the path', () => {
    const answer = (): object => ({});
    const table = new RouteTable([
      { verbs: ['GET'], path: 'a/search', answer },
      { verbs: ['GET', 'PATCH'], path: 'a/{id}/tags/{key}', answer },
    ]);
    assert.deepEqual(table.find('PATCH', 'a/x%2Fy/tags/%zz')?.parameters, { id: 'x/y', key: '%zz' });
    assert.equal(table.find('GET', 'a/search')?.route.path, 'a/search');
    for (const path of ['a//tags/k', 'a/x/tags', 'a', ''])
      assert.equal(table.find('GET', path), undefined, path);
    assert.equal(table.find('POST', 'a/search'), undefined);
  });
});

describe('the variables of the command', () => {
  it('add to what it has', () => {
    assert.deepEqual(childVariables('http://127.0.0.1:1/t', 'ID', {}), {
      MLFLOW_TRACKING_URI: 'http://127.0.0.1:1/t',
      MLFLOW_RUN_CONTEXT: '{"lockstep.run":"ID"}',
    });
    const proxied = childVariables('u', 'ID', {
      HTTP_PROXY: 'http://proxy',
      NO_PROXY: 'intra.net',
      MLFLOW_RUN_CONTEXT: '{"team":"a"}',
    });
    assert.equal(proxied['no_proxy'], 'intra.net,127.0.0.1,localhost');
    assert.equal(proxied['NO_PROXY'], proxied['no_proxy']);
    assert.equal(proxied['MLFLOW_RUN_CONTEXT'], '{"team":"a","lockstep.run":"ID"}');
    assert.equal(
      childVariables('u', 'ID', { MLFLOW_RUN_CONTEXT: 'garbage' })['MLFLOW_RUN_CONTEXT'],
      '{"lockstep.run":"ID"}',
    );
  });
});
