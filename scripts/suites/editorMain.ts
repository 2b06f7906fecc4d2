/**
 * The process of the suite inside the editor: `editorMain.ts REPORT TIMEOUT_MS GREP FILE…`. Starts a real VS Code
 * server and a browser, opens a copy of the sample with the extension under development, and lets the extension
 * host run the tests.
 */
import { cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gitRepository } from '../../test/helpers/gitRepository.ts';
import { openBrowser } from '../editor/openBrowser.ts';
import { startVscodeServer } from '../editor/startVscodeServer.ts';
import { projectRoot } from '../projectRoot.ts';
import { ensureCodeServer } from '../provision/codeServer.ts';
import { bundleEditorTests } from './bundleEditorTests.ts';

const [report = '', timeoutMs = '', grep = '', ...files] = process.argv.slice(2);
const suite = await bundleEditorTests(files, {
  report,
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
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    const text = args.map(String).join(' ');
    // The server's own complaints about parts that it works without.
    if (!/spdlog|AccountPolicyGate/.test(text)) console.log(text);
  });
  page.on('pageerror', error => console.log(`  page: ${error.message}`));
  const remote = (path: string): string => `vscode-remote://${server.authority}${path}`;
  await page.goto(
    server.address(repository.root, [
      ['extensionDevelopmentPath', remote(projectRoot)],
      ['extensionTestsPath', remote(suite)],
    ]),
  );
  process.exitCode = await Promise.race([exited, server.ended.then(() => 1)]);
} finally {
  await browser.close();
  await server.stop();
  await rm(dirname(suite), { recursive: true, force: true });
}
