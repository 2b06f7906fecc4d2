/** A Python package index of one's own (PEP 503), so that an image with packages is built without the public one. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { cacheFolder } from '../../../scripts/provision/cacheFolder.ts';
import { runCommand } from '../../../src/base/runCommand.ts';

export interface PackageIndex extends AsyncDisposable {
  /** `http://127.0.0.1:…/simple/`, for containers that share the host's network. */
  readonly url: string;
  /** Names of packages that were asked for. */
  readonly asked: ReadonlySet<string>;
}

/** Serves the wheels in `folders`. */
export async function packageIndex(folders: readonly string[]): Promise<PackageIndex> {
  const wheels = new Map<string, Buffer>();
  for (const folder of folders)
    for (const name of await readdir(folder))
      if (name.endsWith('.whl')) wheels.set(name, await readFile(join(folder, name)));
  const asked = new Set<string>();
  const server = createServer((request, response) => {
    const [, kind, name = ''] = (request.url ?? '').split('/');
    const wheel = kind === 'files' ? wheels.get(name) : undefined;
    if (wheel !== undefined) return void response.end(wheel);
    const files = [...wheels].filter(([file]) => (file.split('-')[0] ?? '').replace(/_/g, '-') === name);
    if (kind !== 'simple' || files.length === 0) return void response.writeHead(404).end();
    asked.add(name);
    response.setHeader('content-type', 'text/html');
    response.end(
      files
        .map(([file, bytes]) => {
          const hash = createHash('sha256').update(bytes).digest('hex');
          return `<a href="/files/${file}#sha256=${hash}">${file}</a>`;
        })
        .join('\n'),
    );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple/`,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A folder with the wheel of uv for this machine; undefined where there is neither one in the cache nor a network. */
export async function uvWheel(version: string): Promise<string | undefined> {
  const folder = join(cacheFolder(), `uv-${version}`);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).some(name => name.endsWith('.whl'))) return folder;
  const words = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder];
  const outcome = await runCommand({
    program: 'python3',
    args: [...words, `uv==${version}`],
    timeoutMs: 120_000,
  }).catch(() => undefined);
  return outcome?.exitCode === 0 ? folder : undefined;
}
