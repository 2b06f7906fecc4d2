import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerOf, EndpointOfTests, type Answer } from './mlflowClient.ts';

async function artifact(test: EndpointOfTests, method: string, path: string, body?: string): Promise<Answer> {
  const url = `${test.endpoint.uri}/api/2.0/mlflow-artifacts/artifacts${path}`;
  return answerOf(await fetch(url, { method, ...(body === undefined ? {} : { body }) }));
}

async function artifactUri(test: EndpointOfTests, run: string): Promise<string> {
  const { body } = await test.get('runs/get', { run_id: run });
  return (body as { run: { info: { artifact_uri: string } } }).run.info.artifact_uri;
}

describe('the MLflow endpoint: artifacts', () => {
  it('takes, lists, gives and deletes files of a run', async () => {
    await using test = await EndpointOfTests.open('http');
    const run = await test.createRun();
    const base = `/0/${run}/artifacts`;
    assert.equal(await artifactUri(test, run), `mlflow-artifacts:${base}`);
    assert.equal((await artifact(test, 'PUT', `${base}/a%20folder/sub/x%25.txt`, 'content')).status, 200);
    assert.equal((await artifact(test, 'PUT', `${base}/empty`, '')).status, 200);
    const { artifacts } = test.runs.main.paths;
    assert.equal(readFileSync(join(artifacts, 'a folder', 'sub', 'x%.txt'), 'utf8'), 'content');
    assert.deepEqual((await artifact(test, 'GET', `?path=${encodeURIComponent(base.slice(1))}`)).body, {
      files: [
        { path: 'a folder', is_dir: true },
        { path: 'empty', is_dir: false, file_size: 0 },
      ],
    });
    assert.deepEqual((await test.get('artifacts/list', { run_id: run, path: 'a folder/sub' })).body, {
      root_uri: `mlflow-artifacts:${base}`,
      files: [{ path: 'a folder/sub/x%.txt', is_dir: false, file_size: 7 }],
    });
    assert.equal((await artifact(test, 'GET', `${base}/a%20folder/sub/x%25.txt`)).body, 'content');
    assert.equal((await artifact(test, 'GET', `${base}/empty`)).body, '');
    assert.equal((await artifact(test, 'GET', `${base}/missing`)).status, 404);
    assert.equal((await artifact(test, 'DELETE', `${base}/a%20folder`)).status, 200);
    assert.equal(existsSync(join(artifacts, 'a folder')), false);
  });

  it('keeps files of child runs, ranks and models apart', async () => {
    await using test = await EndpointOfTests.open('http');
    const main = await test.createRun();
    const child = await test.createRun();
    const rank = await test.createRun({ tags: [{ key: 'lockstep.rank', value: '1' }] });
    const { body } = await test.post('logged-models', {
      experiment_id: '0',
      name: 'net',
      source_run_id: child,
    });
    const model = (body as { model: { info: { model_id: string; artifact_uri: string } } }).model.info;
    assert.equal(model.artifact_uri, `mlflow-artifacts:/0/models/${model.model_id}/artifacts`);
    for (const run of [main, child, rank]) await artifact(test, 'PUT', `/0/${run}/artifacts/f`, run);
    await artifact(test, 'PUT', `/0/models/${model.model_id}/artifacts/MLmodel`, 'm');
    const [childRun] = test.runs.children.values();
    assert.equal(readFileSync(join(test.runs.main.paths.artifacts, 'f'), 'utf8'), main);
    assert.equal(readFileSync(join(test.runs.main.paths.artifacts, 'rank-1', 'f'), 'utf8'), rank);
    assert.equal(readFileSync(join(childRun?.paths.artifacts ?? '', 'f'), 'utf8'), child);
    assert.equal(readFileSync(join(childRun?.paths.models ?? '', model.model_id, 'MLmodel'), 'utf8'), 'm');
    assert.deepEqual((await test.get(`logged-models/${model.model_id}/artifacts/directories`)).body, {
      root_uri: model.artifact_uri,
      files: [{ path: 'MLmodel', is_dir: false, file_size: 1 }],
    });
  });

  it('tells programs of this machine the folders themselves', async () => {
    await using test = await EndpointOfTests.open('file');
    const run = await test.createRun();
    assert.equal(fileURLToPath(await artifactUri(test, run)), test.runs.main.paths.artifacts);
    await test.post('experiments/create', { name: 'elsewhere', artifact_location: 's3://bucket/there/' });
    const other = await test.createRun({ experiment_id: '1' });
    assert.equal(await artifactUri(test, other), `s3://bucket/there/${other}/artifacts`);
  });

  it('never leaves the folder of artifacts', async () => {
    await using test = await EndpointOfTests.open('http');
    const run = await test.createRun();
    const { artifacts, dir } = test.runs.main.paths;
    mkdirSync(artifacts, { recursive: true });
    writeFileSync(join(dir, 'secret'), 'secret');
    symlinkSync(dir, join(artifacts, 'link'));
    symlinkSync(join(dir, 'secret'), join(artifacts, 'file'));
    const base = `/0/${run}/artifacts`;
    for (const path of [
      `${base}/..%2Fsecret`,
      `${base}/%2e%2e%2fsecret`,
      `${base}/x%5C..%5C..%5Csecret`,
      `${base}/link/secret`,
      `${base}/file`,
      `${base}/%00`,
      '/%2Fetc/passwd',
      `${base}/%zz`,
    ])
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { status, body } = await artifact(test, method, path, method === 'PUT' ? 'evil' : undefined);
        assert.ok(status === 400 || status === 404, `${method} ${path}: ${status}`);
        assert.equal(typeof (body as { error_code?: unknown }).error_code, 'string');
      }
    assert.equal(readFileSync(join(dir, 'secret'), 'utf8'), 'secret');
    assert.equal(existsSync(join(artifacts, '..', '..', 'secret')), false);
  });

  it('lets a training go on when a file cannot be kept, and says so', async () => {
    await using test = await EndpointOfTests.open('http');
    const run = await test.createRun();
    writeFileSync(test.runs.main.paths.artifacts, 'not a folder');
    const { status } = await artifact(test, 'PUT', `/0/${run}/artifacts/f`, 'x'.repeat(3_000_000));
    assert.equal(status, 200);
    assert.equal(test.problems.length, 1);
  });

  it('makes pictures and tables media of their run, each once', async () => {
    await using test = await EndpointOfTests.open('http');
    const run = await test.createRun();
    const { artifacts } = test.runs.main.paths;
    const base = `/0/${run}/artifacts`;
    await artifact(test, 'PUT', `${base}/images/a~b+step+1+timestamp+50+u.png`, 'png');
    await artifact(test, 'PUT', `${base}/images/a~b+step+1+timestamp+50+u+compressed.webp`, 'webp');
    // One that a program of this machine put there itself, before it said so.
    writeFileSync(join(artifacts, 'images', 'c%step%2%timestamp%60%u.png'), 'png');
    await test.post('runs/set-tag', { run_id: run, key: 'mlflow.loggedImages', value: 'True' });
    writeFileSync(join(artifacts, 'images', 'c%step%3%timestamp%70%u.png'), 'png');
    await test.post('runs/set-tag', { run_id: run, key: 'mlflow.loggedImages', value: 'True' });
    await artifact(test, 'PUT', `${base}/tables/t.json`, '{}');
    await test.post('runs/set-tag', {
      run_id: run,
      key: 'mlflow.loggedArtifacts',
      value: '[{"path":"tables/t.json","type":"table"},{"path":"../x","type":"table"}]',
    });
    await test.reopen();
    await test.reopen();
    assert.deepEqual(
      test.runs.main.mediaEntries().map(({ kind, key, step, file }) => [kind, key, step, file]),
      [
        ['image', 'a/b', 1, 'artifacts/images/a~b+step+1+timestamp+50+u.png'],
        ['image', 'c', 2, 'artifacts/images/c%step%2%timestamp%60%u.png'],
        ['table', 'tables/t.json', 0, 'artifacts/tables/t.json'],
        ['image', 'c', 3, 'artifacts/images/c%step%3%timestamp%70%u.png'],
      ],
    );
  });
});
