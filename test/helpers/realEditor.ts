/**
 * The real editor for one test: VS Code's server with the packed extension installed, a browser, and a window on a
 * folder. Closing the window is what a person does; the server lives on as a remote machine would.
 */
import { join } from 'node:path';
import type { Browser, BrowserContext } from 'playwright-core';
import { installExtension } from '../../scripts/editor/installExtension.ts';
import { openBrowser } from '../../scripts/editor/openBrowser.ts';
import {
  startVscodeServer,
  writeSettings,
  type VscodeServer,
} from '../../scripts/editor/startVscodeServer.ts';
import { Workbench } from '../../scripts/editor/workbench.ts';
import { ensureCodeServer } from '../../scripts/provision/codeServer.ts';
import { packedExtension } from './packedExtension.ts';
import { scrubbedEnvironment } from './scrubbedEnvironment.ts';
import { temporaryFolder } from './temporaryFolder.ts';

export interface RealEditor extends AsyncDisposable {
  readonly browser: Browser;
  /** One person with one memory: what a window had open is open again in the next one. */
  readonly person: BrowserContext;
  readonly server: VscodeServer;
  /** Opens a window on `folder`. `workbench.page.close()` closes it. */
  openWindow(folder: string, size?: { width: number; height: number }): Promise<Workbench>;
  /** Replaces the settings of the running editor. */
  settings(settings: Readonly<Record<string, unknown>>): Promise<void>;
  stop(): Promise<void>;
}

/** @param home The HOME of the editor and of what it starts. */
export async function realEditor(
  home: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<RealEditor> {
  // Short, because the paths of the editor's sockets may have 107 bytes.
  const folder = await temporaryFolder('ed');
  const dataFolder = join(folder.path, 'd');
  const options = {
    program: await ensureCodeServer(line => console.log(line)),
    dataFolder,
    extensionsFolder: join(folder.path, 'e'),
    env: scrubbedEnvironment(home, { SHELL: '/bin/sh' }),
    settings,
    // A window closed while the editor was restarting its host leaves one that no window will ever come back to.
    reconnectionGraceSeconds: 10,
  };
  await installExtension(await packedExtension(), options);
  const server = await startVscodeServer(options);
  const browser = await openBrowser();
  const person = await browser.newContext();
  const stop = async (): Promise<void> => {
    await browser.close();
    await server.stop();
    await folder.remove();
  };
  return {
    browser,
    person,
    server,
    async openWindow(opened, size = { width: 1400, height: 900 }) {
      const page = await person.newPage();
      await page.setViewportSize(size);
      return Workbench.open(page, server.address(opened));
    },
    settings: changed => writeSettings(dataFolder, { ...settings, ...changed }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
