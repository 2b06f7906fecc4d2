import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { answerOf, EndpointOfTests, token, type Answer } from './mlflowClient.ts';

function ask(
  test: EndpointOfTests,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: '127.0.0.1',
        port: test.endpoint.port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        headers,
      },
      response => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

const search = `/${token}/api/2.0/mlflow/experiments/search`;

describe('the MLflow endpoint: strangers', () => {
  it('says nothing to whoever does not know the token', async () => {
    await using test = await EndpointOfTests.open();
    const silence = { status: 404, body: '{"error_code":"ENDPOINT_NOT_FOUND","message":"Not found"}' };
    for (const path of [
      '/',
      '/api/2.0/mlflow/experiments/search',
      `/${token}x/api/2.0/mlflow/experiments/search`,
      `/${token.slice(1)}/api/2.0/mlflow/experiments/search`,
      `//${token}/api/2.0/mlflow/experiments/search`,
      `/${token}/api/2.0/mlflow/no/such/call`,
      `/${token}/api/3.0/mlflow/server-info`,
      `/${token}/api/2.0/mlflow/traces`,
      `/${token}/nothing`,
    ])
      assert.deepEqual(await ask(test, path), silence, path);
    assert.equal((await ask(test, search)).status, 200);
    assert.equal((await ask(test, search.replace('/api/', '/ajax-api/'))).status, 200);
    assert.deepEqual(await ask(test, `/${token}/health`), { status: 200, body: 'OK' });
    assert.match(String((await ask(test, `/${token}/version`)).body), /^\d+\.\d+\.\d+$/);
    const page = await ask(test, `/${token}/`);
    assert.ok(String(page.body).includes(test.runs.main.id) && !String(page.body).includes('<script'));
  });

  it('refuses pages of a browser', async () => {
    await using test = await EndpointOfTests.open();
    for (const headers of [
      { host: 'evil.example' },
      { host: 'evil.example:80' },
      { host: '127.0.0.1.evil.example' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://127.0.0.1:${test.endpoint.port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ])
      assert.equal((await ask(test, search, headers)).status, 403, JSON.stringify(headers));
    for (const host of ['127.0.0.1', 'localhost:1', '[::1]:8'])
      assert.equal((await ask(test, search, { host })).status, 200, host);
  });

  it('answers garbage in its own shape and goes on', async () => {
    await using test = await EndpointOfTests.open();
    const bodies = ['{', 'null', '[]', '"x"', '\u0000', '{"metrics":{"a":1}}', '{"run_id":["a"]}', '<xml/>'];
    for (const body of bodies) {
      const { status, body: answer } = await ask(test, `/${token}/api/2.0/mlflow/runs/log-batch`, {}, body);
      assert.equal(status, 400, body);
      assert.match(String(answer), /"error_code":"(?:BAD_REQUEST|INVALID_PARAMETER_VALUE)"/);
    }
    const socket = connect(test.endpoint.port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write('\u0000\u0001 not http at all\r\n\r\n');
    await once(socket, 'close', { signal: AbortSignal.timeout(20_000) });
    assert.equal((await ask(test, search)).status, 200);
    assert.deepEqual(test.problems, []);
  });

  it('refuses a body without end, and keeps the connection', async () => {
    await using test = await EndpointOfTests.open();
    const piece = new Uint8Array(1024 * 1024).fill(32);
    let left = 66;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(piece);
        else controller.close();
      },
    });
    const answer = await answerOf(
      await fetch(`${test.endpoint.uri}/api/2.0/mlflow/runs/log-batch`, {
        method: 'POST',
        body: stream,
        duplex: 'half',
      }),
    );
    assert.equal(answer.status, 400);
    assert.equal((await ask(test, search)).status, 200);
  });
});
