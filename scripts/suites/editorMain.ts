/**
 * The process of the suite inside the editor: `editorMain.ts REPORT TIMEOUT_MS GREP FILE…`. Starts a real VS Code
 * server and a browser, opens a copy of the sample with the extension under development, and lets the extension
 * host run the tests.
 */
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gitRepository } from '../../test/helpers/gitRepository.ts';
import { openBrowser } from '../editor/openBrowser.ts';
import { startVscodeServer } from '../editor/startVscodeServer.ts';
import { projectRoot } from '../projectRoot.ts';
import { ensureCodeServer } from '../provision/codeServer.ts';
import { bundleEditorTests } from './bundleEditorTests.ts';
import { readSuiteReport } from './suiteReport.ts';

const [report = '', timeoutMs = '', grep = '', ...files] = process.argv.slice(2);
const words = `${report}.txt`;
const suite = await bundleEditorTests(files, {
  report,
  words,
  timeoutMs: Number(timeoutMs),
  grep: grep === '' ? undefined : grep,
});

await using repository = await gitRepository({});
await cp(join(projectRoot, 'samples', 'digits'), repository.root, { recursive: true });
await repository.commit('the sample');

const data = join(tmpdir(), 'vscode');
await mkdir(data);
const server = await startVscodeServer({
  program: await ensureCodeServer(line => console.log(line)),
  dataFolder: data,
  extensionsFolder: join(data, 'extensions'),
  env: { ...process.env, HOME: repository.home },
  testDriver: true,
});
const browser = await openBrowser();
try {
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
  const exited = new Promise<number>(resolve => {
    void page.exposeFunction('codeAutomationExit', (code: number) => resolve(code));
  });
  // The editor's own console is long and about other things: it is shown when the tests did not come to their end.
  const consoleLines: string[] = [];
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) =>
    consoleLines.push(args.map(String).join(' ')),
  );
  page.on('pageerror', error => consoleLines.push(error.message));
  const remote = (path: string): string => `vscode-remote://${server.authority}${path}`;
  await page.goto(
    server.address(repository.root, [
      ['extensionDevelopmentPath', remote(projectRoot)],
      ['extensionTestsPath', remote(suite)],
    ]),
  );
  process.exitCode = await Promise.race([exited, server.ended.then(() => 1), neverStarted()]);
  if (existsSync(words)) console.log(readFileSync(words, 'utf8').trimEnd());
  if (!readSuiteReport(report).ended) console.log(`${consoleLines.join('\n')}\n${server.output()}`);
} finally {
  await browser.close();
  await server.stop();
  await rm(dirname(suite), { recursive: true, force: true });
}

/** Resolves when no test has ended for so long that none ever will. */
async function neverStarted(): Promise<number> {
  await delay(Number(timeoutMs) + 90_000, undefined, { ref: false });
  if (existsSync(report)) return new Promise(() => undefined);
  console.log('The editor did not start the tests.');
  return 1;
}
