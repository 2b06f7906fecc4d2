/**
 * The bundles that make the product, one row each: where they start, what they may hold, how large they may be.
 * A budget is a promise about start-up time and download; raise it on purpose, in a commit that says why.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Bundle {
  /** Path of the output, relative to dist/. */
  readonly output: string;
  /** Path of the first module, relative to the root. */
  readonly entry: string;
  readonly platform: 'node' | 'webview';
  /** Largest size of the JavaScript, in KiB. */
  readonly budgetKiB: number;
  /** Whether `require('vscode')` may stay in it. */
  readonly knowsVscode: boolean;
  /** Whether the bundle is an executable program. */
  readonly executable: boolean;
  /** Whether nothing but other people's code is in it: then short names save more than they cost. */
  readonly foreign: boolean;
}

const nodeBundle = (output: string, entry: string, budgetKiB: number): Bundle => ({
  output,
  entry,
  budgetKiB,
  platform: 'node',
  knowsVscode: false,
  executable: false,
  foreign: false,
});

const sdkBundle = (name: string, budgetKiB: number): Bundle => ({
  ...nodeBundle(`remotes/${name}.cjs`, `src/data/remotes/sdks/${name}.ts`, budgetKiB),
  foreign: true,
});

/** Every bundle of the product. A webview is a folder of webview/ with a main.ts. */
export function bundles(root: string): readonly Bundle[] {
  return [
    // Read whole before the editor has its views.
    { ...nodeBundle('extension.cjs', 'src/extension/extension.ts', 280), knowsVscode: true },
    // What panels need beside it, zod above all; loaded with the first of them.
    { ...nodeBundle('panels.cjs', 'src/extension/panels/openPanels.ts', 260), knowsVscode: true },
    // The readers of past runs of other tools are 80 KiB of it, what finds a devcontainer to run in, and compares it with its lock, 250;
    // what forecasts, probes, explains and shares runs another 550, loaded with the first request for it.
    nodeBundle('worker.cjs', 'src/extension/worker/workerMain.ts', 1850),
    nodeBundle('data-host.cjs', 'src/extension/data/host/dataHostMain.ts', 850),
    nodeBundle('environment-host.cjs', 'src/extension/environment/host/environmentHostMain.ts', 800),
    // Its share of environments, the readers of TOML and of GPUs among it, is what lets it be larger than the supervisor.
    { ...nodeBundle('cli.cjs', 'src/cli/main.ts', 2620), executable: true },
    // The threads that hash, copy and link data files; every other bundle starts them.
    nodeBundle('data-worker.cjs', 'src/data/workers/dataWorkerMain.ts', 60),
    // It pins what runs made and gives reproductions their data: a quarter of it.
    nodeBundle('supervisor.cjs', 'src/cli/supervisorMain.ts', 1820),
    // What the clouds speak, loaded by those who have a remote there; `src/data/remotes/loadSdk.ts` knows the names.
    sdkBundle('azure', 950),
    sdkBundle('gcs', 320),
    sdkBundle('s3', 460),
    // What speaks to container engines, loaded by `src/environments/engine/loadSdk.ts`.
    { ...nodeBundle('engine.cjs', 'src/environments/engine/sdk.ts', 180), foreign: true },
    ...webviewFolders(root).map((name): Bundle => ({
      output: `webview/${name}.js`,
      entry: `webview/${name}/main.ts`,
      platform: 'webview',
      // The toolkit's elements, uPlot and zod are 350 KiB of it with their names readable.
      budgetKiB: 480,
      knowsVscode: false,
      executable: false,
      foreign: false,
    })),
  ];
}

/** Folders that are copied as they are: source relative to the root → target relative to dist/. */
export const copiedFolders: readonly (readonly [string, string])[] = [
  ['src/execution/capture/pythonHook', 'pythonHook'],
  ['src/extension/terminal/bin', 'bin'],
  ['devcontainer-templates', 'devcontainer-templates'],
];

/**
 * Programs of other people that are started, not bundled: they look for files beside themselves. Package in
 * node_modules → folder in dist/, and the files of it that it needs.
 */
export const copiedPackages: readonly {
  readonly name: string;
  readonly target: string;
  readonly files: readonly string[];
}[] = [
  {
    name: '@devcontainers/cli',
    target: 'devcontainers-cli',
    files: [
      'package.json',
      'devcontainer.js',
      'dist/spec-node/devContainersSpecCLI.js',
      'scripts/updateUID.Dockerfile',
      'LICENSE.txt',
      'ThirdPartyNotices.txt',
    ],
  },
];

function webviewFolders(root: string): string[] {
  const folder = join(root, 'webview');
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && readdirSync(join(folder, entry.name)).includes('main.ts'))
    .map(entry => entry.name)
    .sort();
}
