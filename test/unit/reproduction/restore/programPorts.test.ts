/** A port that a program names is refused where another run has it, and only then. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { freePorts } from '../../../../src/reproduction/restore/freePorts.ts';
import { listeningSockets, portListeners } from '../../../../src/reproduction/restore/portListeners.ts';
import { portSentence, programPorts } from '../../../../src/reproduction/restore/programPorts.ts';
import { runPaths } from '../../../../src/runs/runPaths.ts';
import { scrubbedEnvironment } from '../../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { originalId, reproductionId } from '../recordedRun.ts';

const table: readonly [string[], Record<string, string>, number[]][] = [
  [['python3', 's.py', '--port', '8000'], {}, [8000]],
  [['python3', 's.py', '--port=8000', '-port', '8001', '--server_port=8002'], {}, [8000, 8001, 8002]],
  [['python3', 's.py'], { PORT: '8000', HTTP_PORT: '8001' }, [8000, 8001]],
  // Of others, of a launcher, or none at all.
  [['python3', 's.py', '--db-port', '5432', '--port', '0', '--port', 'auto'], { REDIS_PORT: '6379' }, []],
  [['torchrun', '--master-port=29500', 't.py', '--port'], { MASTER_PORT: '29500' }, []],
];

describe('ports that a program names', () => {
  for (const [argv, variables, ports] of table)
    it(`${argv.join(' ')} ${Object.keys(variables).join(' ')}`, () =>
      assert.deepEqual(
        programPorts({ argv, variables }).map(({ port }) => port),
        ports,
      ));

  it('are read from any table of the kernel without failing', () => {
    const line = '  0: 00000000:494F 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 12345 1';
    assert.deepEqual(listeningSockets(`head\n${line}\n${line.replace(' 0A ', ' 01 ')}\n`), [
      ['12345', 18767],
    ]);
    fc.assert(fc.property(fc.string(), text => Array.isArray(listeningSockets(text))));
  });

  it('are refused where another run listens, or has said that it will, and not where a server is to be asked', async () => {
    await using folder = await temporaryFolder();
    const claims = join(folder.path, 'ports');
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    const argv = ['python3', 's.py', '--port', String(port)];
    const ask = (id: string): ReturnType<typeof freePorts> =>
      freePorts({ argv, variables: {}, claims, claimant: { id, store: folder.path } });
    const refusal = {
      code: 'port-in-use',
      message: new RegExp(`^Port ${port}, .* by run ${originalId.slice(-6)}\\.$`),
    };
    // This process is no run.
    await ask(reproductionId);
    await new Promise(resolve => server.close(resolve));

    const child = spawn(
      'python3',
      ['-c', `import socket\ns = socket.create_server(('', ${port}))\nprint('up', flush=True)\ninput()`],
      {
        env: { ...scrubbedEnvironment(folder.path), LOCKSTEP_RUN_ID: originalId },
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await new Promise(resolve => child.stdout.once('data', resolve));
    if (process.platform === 'linux') {
      await assert.rejects(ask(reproductionId), refusal);
      const [listener] = await portListeners(new Set([port]));
      assert.deepEqual([listener?.run, listener?.pid], [originalId, child.pid]);
      assert.equal(
        await portSentence(
          { failure: 'OSError: [Errno 98] Address already in use' },
          { argv, variables: {} },
        ),
        `Port ${port} is in use by run ${originalId.slice(-6)}; start one after the other.`,
      );
    }
    // It has not begun to listen, and its supervisor lives.
    const claim = join(claims, String(port));
    child.stdin.write('\n');
    await new Promise(resolve => child.once('exit', resolve));
    await writeFile(claim, [process.ppid, originalId, folder.path].join('\n'));
    await assert.rejects(ask(reproductionId), refusal);
    // It has ended, though its supervisor has not.
    const { result } = runPaths(folder.path, originalId);
    await mkdir(join(result, '..'), { recursive: true });
    await writeFile(result, '{}');
    await ask(reproductionId);
    assert.equal(await portSentence({ failure: 'ValueError: no' }, { argv, variables: {} }), undefined);
    assert.match(
      (await portSentence({ failure: 'EADDRINUSE' }, { argv: [], variables: {} })) ?? '',
      /start one after the other\.$/,
    );
  });
});
