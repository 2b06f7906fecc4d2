import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { freePorts, withPorts } from '../../../../src/reproduction/restore/freePorts.ts';
import { temporaryFolder, type TemporaryFolder } from '../../../helpers/temporaryFolder.ts';

describe('ports of a distributed launcher', () => {
  let folder: TemporaryFolder;
  let claims: string;
  let server: Server;
  let taken: number;
  before(async () => {
    folder = await temporaryFolder();
    claims = join(folder.path, 'ports');
    server = createServer();
    await new Promise<void>(resolve => server.listen(0, resolve));
    taken = (server.address() as AddressInfo).port;
  });
  after(async () => {
    await new Promise(resolve => server.close(resolve));
    await folder.remove();
  });

  const forms: readonly ((port: number) => string[])[] = [
    port => ['torchrun', `--master_port=${port}`, 'train.py'],
    port => ['torchrun', '--master-port', String(port), 'train.py'],
    port => ['torchrun', '--rdzv-endpoint', `localhost:${port}`, 'train.py'],
    port => ['torchrun', `--rdzv_endpoint=127.0.0.1:${port}`, 'train.py'],
    port => ['accelerate', 'launch', '--main_process_port', String(port), 'train.py'],
  ];
  for (const form of forms)
    it(`are replaced where they are taken: ${form(29500).join(' ')}`, async () => {
      const argv = form(taken);
      const { moved } = await freePorts({ argv, variables: {}, claims });
      const port = moved.get(taken) ?? 0;
      assert.ok(port > 0 && port !== taken);
      assert.deepEqual(withPorts(argv, moved), form(port));
    });

  it('are replaced in the variable that names them', async () => {
    const variables = { MASTER_PORT: String(taken) };
    const freed = await freePorts({ argv: ['python3', 'train.py'], variables, claims });
    assert.deepEqual(freed.variables, { MASTER_PORT: String(freed.moved.get(taken)) });
  });

  it('of another machine, or of no launcher, are left alone', async () => {
    for (const argv of [
      ['torchrun', '--nnodes=2', `--rdzv-endpoint=gpu-1:${taken}`, 'train.py'],
      ['python3', 'serve.py', '--port', String(taken)],
      ['torchrun', '--master-port', '0', 'train.py'],
    ])
      assert.deepEqual([...(await freePorts({ argv, variables: {}, claims })).moved], []);
  });

  it('are given to one of two that ask at once', async () => {
    // Free a moment ago, and nobody listens yet.
    const other = createServer();
    await new Promise<void>(resolve => other.listen(0, resolve));
    const { port } = other.address() as AddressInfo;
    await new Promise(resolve => other.close(resolve));
    const argv = ['torchrun', `--master-port=${port}`];
    const both = await Promise.all([1, 2].map(() => freePorts({ argv, variables: {}, claims })));
    const ports = both.map(({ moved }) => moved.get(port) ?? port);
    assert.equal(new Set(ports).size, 2);
    assert.ok(ports.includes(port));
  });
});
