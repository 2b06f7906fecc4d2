/** A folder with a `.dvc` in it, as the data room works on: real files, a real cache, threads of its own. */
import { mkdir, readFile, readdir, lstat, readlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ObjectCache } from '../../src/data/cache/objectCache.ts';
import type { DataRepository, DataSettings } from '../../src/data/dataRepository.ts';
import type { DataTools } from '../../src/data/dataTools.ts';
import { DataPool } from '../../src/data/workers/dataPool.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export interface TestData extends AsyncDisposable {
  readonly root: string;
  readonly repository: DataRepository;
  readonly tools: DataTools;
  /** The same folder and cache with other settings. */
  with(settings: Partial<DataSettings>): DataRepository;
  /** Writes files below the root; content by relative path. */
  write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void>;
  read(path: string): Promise<string>;
  /** What lies at a path: files with their text, links with their target, folders inside. */
  tree(path: string): Promise<Record<string, string>>;
}

/** @param shared Threads that several tests share, and that stay when this ends. */
export async function testData(settings: Partial<DataSettings> = {}, shared?: DataPool): Promise<TestData> {
  const pool = shared ?? new DataPool(2);
  const folder = await temporaryFolder();
  const root = join(folder.path, 'project');
  await mkdir(join(root, '.dvc', 'tmp'), { recursive: true });
  const withSettings = (changed: Partial<DataSettings>): DataRepository =>
    dataRepository(root, { ...settings, ...changed });
  const repository = withSettings({});
  return {
    root,
    repository,
    tools: { pool, cache: ObjectCache.of(repository) },
    with: withSettings,
    write: async files => {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(root, path)), { recursive: true });
        await writeFile(join(root, path), content);
      }
    },
    read: path => readFile(join(root, path), 'utf8'),
    tree: path => readTree(join(root, path)),
    [Symbol.asyncDispose]: async () => {
      if (shared === undefined) await pool.close();
      await folder.remove();
    },
  };
}

export function dataRepository(root: string, settings: Partial<DataSettings> = {}): DataRepository {
  return {
    root,
    stateFolder: join(root, '.dvc', 'tmp', 'lockstep'),
    settings: {
      cacheFolder: join(root, '.dvc', 'cache'),
      linkTypes: ['reflink', 'copy'],
      sharedWithGroup: false,
      autostage: false,
      hardlinkLock: false,
      noScm: true,
      remotes: [],
      ...settings,
    },
  };
}

async function readTree(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const look = async (path: string, name: string): Promise<void> => {
    const here = await lstat(path).catch(() => undefined);
    if (here === undefined) return;
    if (here.isSymbolicLink()) found[name] = `→ ${await readlink(path)}`;
    else if (here.isDirectory())
      for (const entry of (await readdir(path)).sort())
        await look(join(path, entry), name === '' ? entry : `${name}/${entry}`);
    else if (here.isFile()) found[name] = await readFile(path, 'utf8');
    else found[name] = 'special';
  };
  await look(root, '');
  return found;
}
