/**
 * `npm start`: builds, trains the sample, reproduces it, and opens VS Code on it with the extension installed: the
 * desktop's `code` when there is one, else the real editor in the browser. `--check` proves each step and ends;
 * `--browser` prefers the browser; `--fresh` forgets the sample of earlier starts.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../src/base/systemError.ts';
import { checkEditor } from './sample/checkEditor.ts';
import { openDesktop } from './sample/openDesktop.ts';
import { personEnvironment } from './sample/personEnvironment.ts';
import { sampleHome, sampleProject } from './sample/sampleProject.ts';
import { describeSampleRuns, ensureSampleRuns } from './sample/sampleRuns.ts';
import { installExtension } from './editor/installExtension.ts';
import { startVscodeServer } from './editor/startVscodeServer.ts';
import { packExtension } from './packaging/packExtension.ts';
import { ensureCodeServer } from './provision/codeServer.ts';
import { ensureSystemParts } from './provision/systemPackages.ts';
import { buildCheck, runChecks } from './suites/runChecks.ts';

const { values: flags } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

const cancel = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => cancel.abort(new Error(`stopped by ${name}`)));
const say = (line: string): void => console.log(line);

try {
  await start();
} catch (error) {
  if (!cancel.signal.aborted) {
    console.error(errorText(error));
    process.exitCode = 1;
  }
}

async function start(): Promise<void> {
  const missing = await ensureSystemParts(
    say,
    flags.check ? ['git', 'Python 3', 'Chromium'] : ['git', 'Python 3'],
  );
  if (missing.some(part => part !== 'Chromium')) throw new Error('The sample needs the parts named above.');

  say('Building …');
  if ((await runChecks([buildCheck], cancel.signal)).failed > 0) throw new Error('The build failed.');

  const env = personEnvironment(process.env);
  if (flags.fresh) await rm(sampleHome(), { recursive: true, force: true });
  const { root, made } = await sampleProject(sampleHome(), env);
  say(`${made ? 'Made' : 'Using'} the sample repository ${root}`);

  const context = { cwd: root, env, say, signal: cancel.signal };
  const runs = await ensureSampleRuns(context);
  say(await describeSampleRuns(context));

  const data = join(sampleHome(), 'vscode');
  await mkdir(data, { recursive: true });
  const vsix = await packExtension(data);
  if (!flags.check && !flags.browser && (await openDesktop(root, vsix, env, say))) return;
  await openInBrowser(root, vsix, data, env, runs);
}

async function openInBrowser(
  root: string,
  vsix: string,
  dataFolder: string,
  env: NodeJS.ProcessEnv,
  runs: Parameters<typeof checkEditor>[0]['runs'],
): Promise<void> {
  const program = await ensureCodeServer(say);
  const extensionsFolder = join(dataFolder, 'extensions');
  await rm(extensionsFolder, { recursive: true, force: true });
  await installExtension(vsix, { program, dataFolder, extensionsFolder, env });
  const connectionToken = randomBytes(16).toString('hex');
  const port = flags.port === undefined ? {} : { port: Number(flags.port) };
  const server = await startVscodeServer({
    program,
    dataFolder,
    extensionsFolder,
    env,
    connectionToken,
    ...port,
  });
  try {
    const address = server.address(root);
    if (flags.check) {
      await checkEditor({ address, authority: server.authority, runs, say });
      return;
    }
    say(
      `\nOpen this address in a browser; the runs are behind the Lockstep icon:\n\n  ${address}\n\nCtrl-C ends.`,
    );
    await Promise.race([
      server.ended,
      new Promise<void>(resolve => cancel.signal.addEventListener('abort', () => resolve())),
    ]);
  } finally {
    await server.stop();
  }
}
