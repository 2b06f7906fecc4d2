/** Opens the system's Chromium under Playwright's control. */
import { chromium, type Browser } from 'playwright-core';
import { findBrowser } from '../provision/browser.ts';

export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined)
    throw new Error('There is no Chromium on PATH. Install one, or name it with LOCKSTEP_BROWSER.');
  return chromium.launch({
    executablePath,
    // The sandbox needs rights that root in a container does not have; the pages shown here are our own.
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
