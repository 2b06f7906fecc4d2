/** What tests want of other people's tools is made ready before they start. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { largePeers, testedPeers } from '../../../scripts/provision/ensurePeers.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';

it('every peer that a test asks for is among those that are installed', async () => {
  const folder = join(projectRoot, 'test');
  const files = (await readdir(folder, { recursive: true })).filter(path => path.endsWith('.test.ts'));
  const wanted = new Set<string>();
  for (const path of files)
    for (const [, name = ''] of (await readFile(join(folder, path), 'utf8')).matchAll(
      /peerOrSkip\(\w+, '(\w+)'\)/g,
    ))
      wanted.add(name);
  assert.ok(wanted.size > 8, [...wanted].join());
  const installed: readonly string[] = [...testedPeers, ...largePeers];
  assert.deepEqual(
    [...wanted].filter(name => !installed.includes(name)),
    [],
  );
});
