/** A package index on 127.0.0.1 with wheels made for a test, by the simple API as JSON and as HTML. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';

export interface PackageIndex extends AsyncDisposable {
  /** Of the simple API. */
  readonly url: string;
  /** `sha256:<hex>` of the wheel, by `name==version`. */
  readonly hashes: ReadonlyMap<string, string>;
  /** Answers only with HTML from now on, as older indexes do. */
  htmlOnly: boolean;
}

/** Name, version and the module's text. */
export type MadePackage = readonly [name: string, version: string, module: string];

/** Each wheel holds one module named after its package, and a program that prints its version. */
const maker = `
import base64, hashlib, json, os, re, sys, zipfile
folder, packages = sys.argv[1], json.loads(sys.argv[2])
for name, version, text in packages:
    module = re.sub(r"[-_.]+", "_", name).lower()
    info = "%s-%s.dist-info" % (module, version)
    files = {
        module + ".py": text,
        info + "/METADATA": "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (name, version),
        info + "/WHEEL": "Wheel-Version: 1.0\\nGenerator: made\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "/entry_points.txt": "[console_scripts]\\n%s = %s:main\\n" % (name, module),
    }
    rows = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        rows.append("%s,sha256=%s,%d" % (path, digest, len(content)))
    rows.append(info + "/RECORD,,")
    with zipfile.ZipFile(os.path.join(folder, "%s-%s-py3-none-any.whl" % (module, version)), "w") as wheel:
        for path, content in files.items():
            wheel.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), content)
        wheel.writestr(zipfile.ZipInfo(info + "/RECORD", (2020, 1, 1, 0, 0, 0)), "\\n".join(rows) + "\\n")
`;

/** @param folder An empty folder for the wheels; made where it is missing. */
export async function packageIndex(folder: string, packages: readonly MadePackage[]): Promise<PackageIndex> {
  await mkdir(folder, { recursive: true });
  const made = await runCommand({
    program: 'python3',
    args: ['-c', maker, folder, JSON.stringify(packages)],
  });
  if (made.exitCode !== 0) throw new Error(made.stderr);
  const wheels = new Map<string, { readonly bytes: Buffer; readonly hash: string }>();
  for (const name of await readdir(folder)) {
    const bytes = await readFile(join(folder, name));
    wheels.set(name, { bytes, hash: createHash('sha256').update(bytes).digest('hex') });
  }
  const index = { htmlOnly: false };
  const server = createServer((request, response) => {
    const [, kind, name = ''] = (request.url ?? '').split('/');
    if (kind === 'files') {
      const wheel = wheels.get(name);
      response.writeHead(wheel === undefined ? 404 : 200).end(wheel?.bytes);
      return;
    }
    const files = [...wheels].filter(([file]) => file.startsWith(`${moduleOf(name)}-`));
    const json = !index.htmlOnly && (request.headers.accept ?? '').includes('v1+json');
    if (files.length === 0) response.writeHead(404).end();
    else if (json)
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end(
        JSON.stringify({
          meta: { 'api-version': '1.0' },
          name,
          files: files.map(([file, { hash }]) => ({
            ...{ filename: file, url: `/files/${file}`, hashes: { sha256: hash } },
          })),
        }),
      );
    else
      response
        .setHeader('content-type', 'text/html')
        .end(
          files.map(([file, { hash }]) => `<a href="/files/${file}#sha256=${hash}">${file}</a>`).join('\n'),
        );
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(index, {
    url: `http://127.0.0.1:${port}/simple`,
    hashes: new Map(
      packages.map(([name, version]) => [
        `${name}==${version}`,
        `sha256:${wheels.get(`${moduleOf(name)}-${version}-py3-none-any.whl`)?.hash ?? ''}`,
      ]),
    ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise(resolve => server.close(resolve));
    },
  });
}

function moduleOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '_');
}
