/** The pages for people who work on this name files, folders and commands: all of them are there. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../../package.json' with { type: 'json' };
import { projectRoot } from '../../../scripts/projectRoot.ts';

const pages = ['ARCHITECTURE.md', 'CONTRIBUTING.md', 'README.md'];
const folders = [
  ...['bench', 'devcontainer-templates', 'docs', 'media', 'samples', 'schemas', 'scripts', 'src'],
  'test',
];
const inCode = new RegExp(`^(?:${[...folders, 'webview'].join('|')})/[\\w./*-]*$`);

/** What stands in backticks on one line. */
function codeOf(page: string): string[] {
  const text = readFileSync(join(projectRoot, page), 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

describe('the pages for people who work on this', () => {
  const files = globSync(
    [...folders, 'webview'].map(folder => `${folder}/**`),
    {
      cwd: projectRoot,
      exclude: path => path.includes('node_modules'),
    },
  );

  for (const page of pages)
    it(`${page} names files and folders that are there`, () => {
      const named = codeOf(page)
        .flatMap(code => code.split(' '))
        .filter(word => inCode.test(word));
      assert.ok(page === 'README.md' || named.length > 5, 'the page is read');
      const gone = named.filter(path =>
        path.includes('*')
          ? globSync(path, { cwd: projectRoot }).length === 0
          : !existsSync(join(projectRoot, path)),
      );
      assert.deepEqual(gone, []);
    });

  for (const page of pages.slice(0, 2))
    it(`${page} names sources, in short or by their room, that are there`, () => {
      const gone = codeOf(page)
        .filter(code => /^[\w./-]+\.ts$/.test(code) && !inCode.test(code))
        .filter(code => !files.some(file => file === `src/${code}` || file.endsWith(`/${code}`)));
      assert.deepEqual(gone, []);
    });

  for (const page of pages)
    it(`${page} names scripts of npm that are there`, () => {
      const named = codeOf(page).flatMap(code =>
        [...code.matchAll(/\bnpm run ([\w-]+)/g)].map(([, name = '']) => name),
      );
      assert.deepEqual(
        named.filter(name => !Object.hasOwn(packageJson.scripts, name)),
        [],
      );
    });
});
