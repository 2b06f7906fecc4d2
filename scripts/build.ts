/**
 * Bundles the product into dist/ with esbuild and checks what came out: budgets, and that nothing got in that does
 * not belong (VS Code in the command line, Node in a webview). `--watch` rebuilds.
 */
import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import * as esbuild from 'esbuild';
import { bundleProblems } from './bundleProblems.ts';
import { bundles, copiedFolders, copiedPackages, type Bundle } from './bundles.ts';
import { oneVscodeApi } from './oneVscodeApi.ts';
import { projectRoot } from './projectRoot.ts';
import { thirdPartyNotices } from './thirdPartyNotices.ts';

const dist = join(projectRoot, 'dist');
const { values: flags } = parseArgs({ options: { watch: { type: 'boolean', default: false } } });

const all = bundles(projectRoot);

/** zod carries its messages in forty languages, a third of the command line's size; English is imported apart from them. */
const withoutZodLocales: esbuild.Plugin = {
  name: 'without-zod-locales',
  setup(build) {
    build.onLoad({ filter: /[/\\]zod[/\\]v4[/\\]locales[/\\]index\.js$/ }, () => ({
      contents: 'export {};',
    }));
  },
};

/**
 * zod writes JSON schemas, too, with 26 KiB in each bundle; ours are written by `scripts/exportSchemas.ts` alone. What its
 * schemas ask of that module while they check (`aggregateChecks`) stands before its first processor, and stays.
 */
const withoutZodJsonSchemas: esbuild.Plugin = {
  name: 'without-zod-json-schemas',
  setup(build) {
    build.onLoad(
      { filter: /[/\\]zod[/\\]v4[/\\]core[/\\](to-json-schema|json-schema-processors)\.js$/ },
      async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const kept = path.endsWith('processors.js') ? text.indexOf('export const stringProcessor') : 0;
        if (kept < 0) throw new Error(`${path} is not what it was: look at what of it is needed.`);
        const names = [...text.slice(kept).matchAll(/^export (?:const|function) (\w+)/gm)].map(
          ([, name = '']) => name,
        );
        const none = 'const none = () => { throw new Error("No JSON schemas in this build."); };';
        const stubs = [...names.map(name => `${name} = none`), ...(kept === 0 ? ['process = none'] : [])];
        return { contents: `${text.slice(0, kept)}\n${none}\nexport const ${stubs.join(', ')};` };
      },
    );
  },
};

/**
 * dockerode carries gRPC for BuildKit's sessions and an SSH client, six times its own size. Builds go through the
 * engine's program, and so does SSH, which then keeps to the person's configuration.
 */
const withoutSparePartsOfDockerode: esbuild.Plugin = {
  name: 'without-spare-parts-of-dockerode',
  setup(build) {
    build.onResolve(
      { filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/ },
      ({ path, importer }) =>
        /[/\\]docker(ode|-modem)[/\\]/.test(importer) ? { path, namespace: 'spare-part' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'spare-part' }, () => ({ contents: 'module.exports = {};' }));
  },
};

if (flags.watch) await watch();
else await build();

async function build(): Promise<void> {
  await removeStaleFiles();
  const results = await Promise.all(
    all.map(async bundle => ({
      bundle,
      result: await esbuild.build(options(bundle)),
    })),
  );
  await copyFolders();

  const problems: string[] = [];
  const lines: string[] = [];
  const packages = new Set(copiedPackages.map(({ name }) => name));
  for (const { bundle, result } of results) {
    const path = join(dist, bundle.output);
    const bytes = (await stat(path)).size;
    if (bundle.executable) await chmod(path, 0o755);
    problems.push(...bundleProblems(bundle, result.metafile, bytes));
    for (const input of Object.keys(result.metafile.inputs)) {
      const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
      if (found?.[1] !== undefined) packages.add(found[1]);
    }
    lines.push(
      `${bundle.output.padEnd(30)} ${(bytes / 1024).toFixed(0).padStart(5)} KiB of ${bundle.budgetKiB}`,
    );
  }
  await writeFile(
    join(dist, 'THIRD-PARTY-NOTICES.txt'),
    await thirdPartyNotices(projectRoot, [...packages].sort()),
  );
  console.log(lines.join('\n'));
  if (problems.length > 0) {
    console.error(problems.map(problem => `error: ${problem}`).join('\n'));
    process.exitCode = 1;
  }
}

async function watch(): Promise<void> {
  await copyFolders();
  for (const bundle of all) {
    const context = await esbuild.context({ ...options(bundle), logLevel: 'info' });
    await context.watch();
  }
  console.log('watching; Ctrl-C ends');
}

function options(bundle: Bundle): esbuild.BuildOptions & { metafile: true } {
  const shared = {
    entryPoints: [join(projectRoot, bundle.entry)],
    outfile: join(dist, bundle.output),
    absWorkingDir: projectRoot,
    bundle: true,
    metafile: true as const,
    charset: 'utf8',
    sourcemap: true,
    sourcesContent: false,
    // Names stay readable: a stack trace in a bug report is worth more than the bytes.
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: bundle.foreign,
    logLevel: 'warning',
    plugins: [withoutZodLocales, withoutZodJsonSchemas, withoutSparePartsOfDockerode, oneVscodeApi],
  } satisfies esbuild.BuildOptions;
  if (bundle.platform === 'webview')
    return {
      ...shared,
      platform: 'browser',
      format: 'iife',
      target: 'chrome138',
      loader: { '.ttf': 'dataurl' },
    };
  return {
    ...shared,
    platform: 'node',
    format: 'cjs',
    target: 'node20.19',
    external: ['vscode'],
    mainFields: ['module', 'main'],
    // CommonJS has no import.meta: both of its uses mean the bundle itself.
    define: {
      'import.meta.url': 'bundleUrl',
      'import.meta.dirname': '__dirname',
      'import.meta.filename': '__filename',
      // That its next releases want a newer Node is nothing that a person who fetches data can mend.
      'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
    },
    banner: {
      js:
        (bundle.executable ? '#!/usr/bin/env node\n' : '') +
        '"use strict";const bundleUrl=require("node:url").pathToFileURL(__filename).href;',
    },
  };
}

/** Files of earlier builds that no bundle writes any more would otherwise be shipped. */
async function removeStaleFiles(): Promise<void> {
  await mkdir(dist, { recursive: true });
  const written = new Set(
    all
      .flatMap(({ output }) => [output, `${output}.map`, output.replace(/\.js$/, '.css')])
      .concat('THIRD-PARTY-NOTICES.txt'),
  );
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const name = relative(dist, join(entry.parentPath, entry.name)).replaceAll('\\', '/');
    if (entry.isFile() && !written.has(name)) await rm(join(dist, name));
  }
}

async function copyFolders(): Promise<void> {
  for (const [source, target] of copiedFolders) {
    if (!existsSync(join(projectRoot, source))) continue;
    await mkdir(dirname(join(dist, target)), { recursive: true });
    await cp(join(projectRoot, source), join(dist, target), {
      recursive: true,
      filter: path => !/__pycache__|\.ts$/.test(path),
    });
  }
  for (const { name, target, files } of copiedPackages)
    for (const file of files) {
      await mkdir(dirname(join(dist, target, file)), { recursive: true });
      await cp(join(projectRoot, 'node_modules', name, file), join(dist, target, file));
    }
}
