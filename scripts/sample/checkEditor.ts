/** Proves that the address that `npm start` prints leads to the editor with the sample's runs in it. */
import { openBrowser } from '../editor/openBrowser.ts';
import { Workbench } from '../editor/workbench.ts';
import { findBrowser } from '../provision/browser.ts';
import type { SampleRun } from './sampleRuns.ts';

export async function checkEditor(options: {
  address: string;
  authority: string;
  runs: readonly SampleRun[];
  say: (line: string) => void;
}): Promise<void> {
  const { address, authority, runs, say } = options;
  const stranger = await fetch(`http://${authority}/`, { redirect: 'manual' });
  if (stranger.status !== 403)
    throw new Error(`Without the token the editor answers ${stranger.status}, not 403.`);
  const known = await fetch(address, { redirect: 'manual' });
  if (known.status >= 400) throw new Error(`With the token the editor answers ${known.status}.`);
  say('The editor is served, to holders of the token only.');

  if (findBrowser() === undefined) {
    if (process.env['CI'] === 'true') throw new Error('There is no Chromium to look at the editor with.');
    say('Not looked at: there is no Chromium on this machine.');
    return;
  }
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const workbench = await Workbench.open(page, address);
    await workbench.openSidebar('Lockstep');
    for (const { name } of runs)
      if (name !== undefined) await workbench.rows(name).first().waitFor({ timeout: 60_000 });
    say(`The editor shows ${runs.length} runs:`);
    for (const row of await workbench.rowTexts()) say(`  ${row}`);
  } finally {
    await browser.close();
  }
}
