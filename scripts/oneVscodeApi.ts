/**
 * Has a bundle ask the editor for its API once. As an external package each module would ask for itself and copy the
 * whole namespace, which is a part of the time that activation takes.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as esbuild from 'esbuild';
import { projectRoot } from './projectRoot.ts';

const namespace = 'vscode-api';

export const oneVscodeApi: esbuild.Plugin = {
  name: 'one-vscode-api',
  setup(build) {
    build.onResolve({ filter: /^vscode$/ }, ({ namespace: from }) =>
      from === namespace ? { path: 'vscode', external: true } : { path: 'vscode', namespace },
    );
    build.onLoad({ filter: /^vscode$/, namespace }, async () => {
      const names = await valueNames();
      const lines = names.map(name => `export const ${name} = api.${name};`);
      return { contents: ['const api = require("vscode");', ...lines].join('\n'), loader: 'js' };
    });
  },
};

/** What the API has besides types. */
async function valueNames(): Promise<string[]> {
  const types = await readFile(join(projectRoot, 'node_modules/@types/vscode/index.d.ts'), 'utf8');
  const found = types.matchAll(
    /^(?:\t| {4})export (?:namespace|(?:abstract )?class|enum|const|function|let|var) (\w+)/gm,
  );
  return [...new Set(Array.from(found, ([, name = '']) => name))].sort();
}
