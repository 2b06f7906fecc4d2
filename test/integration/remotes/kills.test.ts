/** Transfers whose process dies at any moment: what is in the cache and on the remote is whole, and the next one completes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchObjects } from '../../../src/data/remotes/fetchObjects.ts';
import { openObjectStore } from '../../../src/data/remotes/openObjectStore.ts';
import { pushObjects } from '../../../src/data/remotes/pushObjects.ts';
import { faultyLine, type FaultyLine } from '../../helpers/remotes/faultyLine.ts';
import {
  cacheIn,
  partsIn,
  provenObjects,
  putListing,
  putObject,
  seededBytes,
  summary,
} from '../../helpers/remotes/storedObjects.ts';
import { webServer, type WebServer } from '../../helpers/remotes/webServer.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { often } from '../../helpers/soak.ts';
import { temporaryFolder, type TemporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

const seed = process.env['LOCKSTEP_SEED'] ?? String(Date.now() % 100_000);
const rounds = often(3, 60);
const bigSize = 4_000_000;

describe('a transfer whose process is killed', () => {
  let folder: TemporaryFolder;
  let server: WebServer;
  let line: FaultyLine;

  before(async () => {
    folder = await temporaryFolder();
    await mkdir(join(folder.path, 'served'));
    server = await webServer(join(folder.path, 'served'));
    line = await faultyLine(server.port);
  });
  after(async () => {
    await line[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await folder.remove();
  });

  const remotes: readonly (readonly [string, () => string, string])[] = [
    ['a web server', () => `http://127.0.0.1:${line.port}/store`, 'served/store'],
    ['a folder', () => join(folder.path, 'folder remote'), 'folder remote'],
  ];
  for (const [what, urlOf, place] of remotes)
    it(`leaves nothing half-written, and the next one completes: ${what}`, async () => {
      const full = cacheIn(folder.path, `full, ${what}`);
      const names = Array.from({ length: 40 }, (_, index) => `file ${index}`);
      const files = Object.fromEntries(
        await Promise.all(
          names.map(async name => [name, await putObject(full, seededBytes(20_000, name))] as const),
        ),
      );
      files['big'] = await putObject(full, seededBytes(bigSize, what));
      const listing = await putListing(full, files);
      const ids = [...Object.values(files), listing];
      const url = urlOf();
      const remoteFolder = join(folder.path, place);
      const store = await openObjectStore({ name: 'r', url, options: {} });

      for (let round = 0; round < rounds; round += 1) {
        const random = seededBytes(8, `${seed} ${what} ${round}`);
        const why = `LOCKSTEP_SEED=${seed}, round ${round}`;
        const share = (at: number): number => random.readUInt32BE(at) / 2 ** 32;
        await store.remove(ids.map(id => `files/md5/${id.value.slice(0, 2)}/${id.value.slice(2)}`));
        await killed('push', url, full.cacheFolder, [listing.value], progressOf(remoteFolder, share(0)));
        assert.ok(
          await listingIsTrue(
            ids.map(id => id.value),
            listing.value,
          ),
          why,
        );
        assert.deepEqual(summary(await pushObjects(store, [{ id: listing }], full)).failed, [], why);

        const cache = cacheIn(folder.path, `${what} ${round}`);
        await killed(
          'fetch',
          url,
          cache.cacheFolder,
          ids.map(id => id.value),
          progressOf(cache.cacheFolder, share(4)),
        );
        const before = await provenObjects(cache);
        const rest = await fetchObjects(
          store,
          ids.map(id => ({ id })),
          cache,
        );
        assert.deepEqual(
          summary(rest),
          { transferred: ids.length - before.length, missing: 0, failed: [] },
          why,
        );
        assert.deepEqual(await provenObjects(cache), ids.map(id => id.value).sort(), why);
        assert.deepEqual(await partsIn(cache), [], why);
      }
      await store.close();

      /** On the remote the listing stands only over all of its files, each whole. */
      async function listingIsTrue(all: readonly string[], dir: string): Promise<boolean> {
        const there = await Promise.all(
          all.map(async value => store.size(`files/md5/${value.slice(0, 2)}/${value.slice(2)}`)),
        );
        return there[all.indexOf(dir)] === undefined || there.every(size => size !== undefined);
      }
    });

  /** Whether that share of the objects has come to a folder, whole or in part. */
  function progressOf(target: string, share: number): () => Promise<boolean> {
    return async () => {
      const entries = await readdir(target, { recursive: true, withFileTypes: true }).catch(() => []);
      return entries.filter(entry => entry.isFile()).length > share * 42;
    };
  }

  /** Runs a transfer in a process of its own and kills it at that moment. */
  async function killed(
    what: 'fetch' | 'push',
    url: string,
    cacheFolder: string,
    values: readonly string[],
    isTime: () => Promise<boolean>,
  ): Promise<void> {
    const script = `
      const { openObjectStore } = await import(${JSON.stringify(source('openObjectStore'))});
      const { ${what}Objects } = await import(${JSON.stringify(source(`${what}Objects`))});
      const [url, cacheFolder, ...values] = process.argv.slice(2);
      const store = await openObjectStore({ name: 'r', url, options: { jobs: '3' } });
      const items = values.map(value => ({ id: { algorithm: 'md5', value } }));
      await ${what}Objects(store, items, { cacheFolder, sharedWithGroup: false });
      await store.close();`;
    const program = join(folder.path, `${what}.mjs`);
    await writeFile(program, script);
    const child = spawn(process.execPath, [program, url, cacheFolder, ...values], {
      env: scrubbedEnvironment(folder.path, { NODE_NO_WARNINGS: '1' }),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    await waitFor('the transfer to come so far', async () => child.exitCode !== null || (await isTime()), {
      everyMs: 1,
      deadlineMs: 60_000,
    });
    child.kill('SIGKILL');
    await exited;
  }
});

function source(name: string): string {
  return new URL(`../../../src/data/remotes/${name}.ts`, import.meta.url).href;
}
