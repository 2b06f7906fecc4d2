/**
 * Bundles the tests that run inside the editor: its extension host has its own Node, which does not read TypeScript.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import * as esbuild from 'esbuild';
import { projectRoot } from '../projectRoot.ts';

/** A file keeps its place in the checkout in `import.meta`, wherever its bundle lies. */
const sourcePlaces: esbuild.Plugin = {
  name: 'source-places',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path));
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * @param files Absolute paths of test files.
 * @returns The module that the editor loads as its test suite; it exports `run`.
 */
export async function bundleEditorTests(
  files: readonly string[],
  run: { report: string; words: string; timeoutMs: number; grep: string | undefined },
): Promise<string> {
  // Inside node_modules, so that `require('mocha')` finds the mocha that everyone uses.
  const outdir = join(projectRoot, 'node_modules', '.cache', 'lockstep', `editor-tests-${process.pid}`);
  const outputs = files.map(file =>
    join(outdir, relative(projectRoot, file).replaceAll(/[\\/]/g, '-').replace(/\.ts$/, '.cjs')),
  );
  const shared = {
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha', 'playwright-core'],
    sourcemap: 'inline',
    plugins: [sourcePlaces],
    logLevel: 'warning',
  } satisfies esbuild.BuildOptions;
  await Promise.all(
    files.map((file, index) =>
      esbuild.build({ ...shared, entryPoints: [file], outfile: outputs[index] ?? '' }),
    ),
  );
  const suite = join(outdir, 'suite.cjs');
  await esbuild.build({
    ...shared,
    outfile: suite,
    stdin: {
      contents: `
        import { runMocha } from ${JSON.stringify(join(projectRoot, 'scripts', 'suites', 'runMocha.ts'))};
        process.setSourceMapsEnabled(true);
        export async function run() {
          const failures = await runMocha(${JSON.stringify({ ...run, files: outputs, synchronous: true })});
          if (failures > 0) throw new Error(failures + ' tests failed');
        }`,
      loader: 'ts',
      resolveDir: projectRoot,
    },
  });
  return suite;
}
