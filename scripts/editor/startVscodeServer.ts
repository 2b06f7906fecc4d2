/** Starts the real VS Code server on a free port of this machine, and ends it with everything it started. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface VscodeServerOptions {
  /** Folder of the server: see provision/codeServer.ts. */
  readonly program: string;
  /** The server's own files: settings, logs, state. Short, because sockets lie below it. Made if missing. */
  readonly dataFolder: string;
  readonly extensionsFolder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Who opens the editor must know it; without one, anyone on this machine may. */
  readonly connectionToken?: string;
  /** Lets a page load an extension under development and run its tests. */
  readonly testDriver?: boolean;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** A free one when left out. */
  readonly port?: number;
  /** How long what a lost window left behind waits for it to come back; the editor's own three hours when left out. */
  readonly reconnectionGraceSeconds?: number;
}

export interface VscodeServer {
  /** `127.0.0.1:PORT` */
  readonly authority: string;
  readonly pid: number;
  /** The address of the editor on a folder; `payload` as the test driver takes it. */
  address(folder: string, payload?: readonly (readonly [string, string])[]): string;
  /** What it printed so far. */
  output(): string;
  /** Resolves when the server and its extension hosts are gone. */
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

/** Quiet and predictable: nothing asks, nothing looks for updates, no assistants. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.openRepositoryInParentFolders': 'never',
};

export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  await writeSettings(options.dataFolder, options.settings);
  await mkdir(options.extensionsFolder, { recursive: true });

  const child = spawn(process.execPath, serverArguments(options), {
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  let output = '';
  const ended = new Promise<void>(resolve => child.on('close', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-200_000);
      const found = /Extension host agent listening on (\d+)/.exec(output);
      if (found?.[1] !== undefined) resolve(found[1]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('error', reject);
    void ended.then(() => reject(new Error(`VS Code's server ended at once:\n${output}`)));
  });
  const pid = child.pid ?? 0;
  const authority = `127.0.0.1:${port}`;
  return {
    authority,
    pid,
    ended,
    output: () => output,
    address(folder, payload) {
      const query = new URLSearchParams();
      if (options.connectionToken !== undefined) query.set('tkn', options.connectionToken);
      query.set('folder', folder);
      if (payload !== undefined) query.set('payload', JSON.stringify(payload));
      // The editor reads the folder as a path: its slashes stay as they are.
      return `http://${authority}/?${query.toString().replaceAll('%2F', '/').replaceAll('+', '%20')}`;
    },
    stop: () => stopGroup(pid, ended),
  };
}

/** Replaces the editor's settings; one that runs takes them over at once. */
export async function writeSettings(
  dataFolder: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  for (const name of ['Machine', 'User']) {
    const folder = join(dataFolder, 'data', name);
    await mkdir(folder, { recursive: true });
    await writeFile(
      join(folder, 'settings.json'),
      JSON.stringify({ ...quietSettings, ...settings }, null, 2),
    );
  }
}

function serverArguments(options: VscodeServerOptions): string[] {
  const access =
    options.connectionToken === undefined
      ? ['--without-connection-token']
      : ['--connection-token', options.connectionToken];
  return [
    join(options.program, 'out', 'server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), ...access],
    ...['--server-data-dir', options.dataFolder, '--extensions-dir', options.extensionsFolder],
    ...['--accept-server-license-terms', '--telemetry-level', 'off'],
    ...(options.testDriver === true ? ['--enable-smoke-test-driver'] : []),
    ...(options.reconnectionGraceSeconds === undefined
      ? []
      : ['--reconnection-grace-time', String(options.reconnectionGraceSeconds)]),
  ];
}

async function stopGroup(pid: number, ended: Promise<void>): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), 4000);
  await ended;
  clearTimeout(timer);
  // Extension hosts that outlived the server's polite end.
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
