/** Files are hashed as they were at first sight, or not at all. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EarlyHashes } from '../../../../src/execution/capture/earlyHashes.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';
import { waitFor } from '../../../helpers/waitFor.ts';

function sha(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

async function lineOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${JSON.stringify({ k: 'r', p: path, s: size, m: mtimeMs })}\n`;
}

describe('hashes at first sight', () => {
  it('are of what was read, whoever changes it while the command goes on', async () => {
    await using folder = await temporaryFolder();
    const [seen, data, declared] = ['seen.jsonl', 'data ü.csv', 'declared'].map(name =>
      join(folder.path, name),
    ) as [string, string, string];
    await writeFile(data, 'abc');
    await writeFile(declared, 'def');
    const hashes = new EarlyHashes(seen, path => path);
    hashes.begin([declared, join(folder.path, 'missing'), folder.path]);
    await appendFile(seen, `{"k":"w","p":"x"}\nnot json\n${await lineOf(data)}`);
    const before = await stat(data);
    const hash = (): string | undefined => hashes.hashOf(data, before.size, before.mtimeMs);
    await waitFor('the hashes', () => hash() !== undefined && hashes.firstSight(declared) !== undefined);
    await appendFile(data, 'more');
    await appendFile(seen, await lineOf(data));
    await hashes.settle(1e9);
    await hashes.finish();
    assert.equal(hash(), sha('abc'));
    const after = await stat(data);
    assert.equal(hashes.hashOf(data, after.size, after.mtimeMs), undefined, 'only the first sight counts');
    assert.equal(hashes.firstSight(declared)?.size, 3);
  });

  it('are complete at the end as far as the bytes go, and never of a file that is another one by then', async () => {
    await using folder = await temporaryFolder();
    const seen = join(folder.path, 'seen.jsonl');
    const names = ['1', '22', '333', '4444'];
    const paths = names.map(name => join(folder.path, name));
    for (const [at, path] of paths.entries()) await writeFile(path, names[at] ?? '');
    const lines = await Promise.all(paths.map(lineOf));
    const times = await Promise.all(paths.map(async path => (await stat(path)).mtimeMs));
    await appendFile(paths[1] ?? '', '!');
    await writeFile(seen, lines.join('') + lines.join('').slice(0, 20));
    const hashes = new EarlyHashes(seen, path => (path === paths[2] ? undefined : path));
    await hashes.settle(100);
    await hashes.finish();
    assert.deepEqual(
      paths.map((path, at) => hashes.hashOf(path, names[at]?.length, times[at])),
      [sha('1'), undefined, undefined, sha('4444')],
    );
  });
});
