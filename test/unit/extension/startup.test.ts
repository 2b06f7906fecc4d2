import assert from 'node:assert/strict';
import * as esbuild from 'esbuild';
import { projectRoot } from '../../../scripts/projectRoot.ts';

describe('what the editor loads when it starts', () => {
  it('is our own code alone: libraries wait for the first panel', async () => {
    const entry = 'src/extension/extension.ts';
    const { metafile } = await esbuild.build({
      absWorkingDir: projectRoot,
      entryPoints: [entry],
      bundle: true,
      metafile: true,
      write: false,
      platform: 'node',
      external: ['vscode'],
      // What it says of import.meta is about a bundle that nobody runs.
      logLevel: 'error',
    });
    const cameBy = new Map<string, string>([[entry, '']]);
    // A map goes on to what is added while it is walked.
    for (const file of cameBy.keys())
      for (const { path, kind, external } of metafile.inputs[file]?.imports ?? [])
        if (kind !== 'dynamic-import' && external !== true && !cameBy.has(path)) cameBy.set(path, file);
    const libraries = [...cameBy].filter(([path]) => path.startsWith('node_modules/'));
    assert.deepEqual(
      libraries.slice(0, 3).map(([path, by]) => `${path}, imported by ${by}`),
      [],
    );
  });
});
