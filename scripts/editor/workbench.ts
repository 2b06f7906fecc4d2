/**
 * A person at the editor: finds things by what is written on them and waits for what it sees, never for a time.
 * Speaks of commands, rows and panels, so that tests read as the story that they tell.
 */
import type { FrameLocator, Locator, Page } from 'playwright-core';

export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the editor at `address` and waits until its parts stand. */
  static async open(page: Page, address: string): Promise<Workbench> {
    await page.goto(address, { waitUntil: 'commit' });
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 90_000 });
    return new Workbench(page);
  }

  /** Runs a command of the palette by its full title, as in `Lockstep: Run Experiment…`. */
  async runCommand(title: string): Promise<void> {
    const row = this.quickInput.locator('.monaco-list-row').filter({ hasText: title }).first();
    await this.retry(`the command ${title}`, async () => {
      await this.page.keyboard.press('Escape');
      await this.page.keyboard.press('F1');
      await this.quickInput.locator('input').first().fill(`>${title}`);
      await row.click({ timeout: 5000 });
    });
  }

  /** Chooses the row of an open quick pick that holds `label`. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickInput.locator('.monaco-list-row').filter({ hasText: label }).first().click();
  }

  /** Types into the input box or quick pick whose placeholder starts with `prompt`, and confirms. */
  async answer(prompt: string, text: string): Promise<void> {
    const input = this.page.locator(`.quick-input-widget input[placeholder^="${prompt}"]:visible`);
    await input.fill(text);
    const first = this.quickInput.locator('.monaco-list-row').first();
    // A list that is made from what is typed follows it a moment later.
    if ((await first.count()) > 0) await first.filter({ hasText: text }).waitFor();
    await input.press('Enter');
  }

  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Opens the sidebar of the view container called `name`. */
  async openSidebar(name: string): Promise<void> {
    const tab = this.page.locator(
      `.activitybar .action-item[aria-label^="${name}"], .activitybar a[aria-label^="${name}"]`,
    );
    await tab.first().waitFor({ timeout: 60_000 });
    if ((await tab.first().getAttribute('aria-expanded')) !== 'true') await tab.first().click();
  }

  /** The rows of the sidebar's trees. */
  rows(text?: string | RegExp): Locator {
    const rows = this.page.locator('.part.sidebar .monaco-list-row');
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  /** What the rows say, top to bottom. */
  async rowTexts(): Promise<string[]> {
    return (await this.rows().allInnerTexts()).map(text => text.replaceAll(/\s+/g, ' ').trim());
  }

  /** Opens the context menu of a row and chooses an entry. */
  async rowMenu(row: Locator, entry: string | RegExp): Promise<void> {
    const item = this.page.locator('.monaco-menu .action-item').filter({ hasText: entry }).first();
    await this.retry(`the menu entry ${String(entry)}`, async () => {
      // Escape would also undo a selection of several rows.
      if (await this.page.locator('.monaco-menu').first().isVisible())
        await this.page.keyboard.press('Escape');
      await row.click({ button: 'right' });
      await item.waitFor({ timeout: 5000 });
      // A menu ignores the mouse for a moment after it has opened.
      await item.hover();
      await item.click();
      await item.waitFor({ state: 'hidden', timeout: 2000 });
    });
  }

  /** The document of the visible webview. */
  get webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');
  }

  /** The tab of an open editor. */
  tab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab').filter({ hasText: title });
  }

  /** Makes the sidebar wider by so many pixels. */
  async widenSidebar(pixels: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (box === null) throw new Error('There is no sidebar.');
    const { mouse } = this.page;
    await mouse.move(box.x + box.width, box.y + box.height / 2);
    await mouse.down();
    await mouse.move(box.x + box.width + pixels, box.y + box.height / 2, { steps: 5 });
    await mouse.up();
  }

  /** Closes the window as a person does: it may save what it has open. */
  async close(): Promise<void> {
    const closed = this.page.waitForEvent('close');
    await this.page.close({ runBeforeUnload: true });
    await closed;
  }

  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast').filter({ hasText: text });
  }

  async closeNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
  }

  /** The editor repaints while it starts, so a key press can get lost: what has no effect is done again. */
  private async retry(what: string, act: () => Promise<void>, times = 6): Promise<void> {
    let last: unknown;
    for (let attempt = 0; attempt < times; attempt += 1) {
      try {
        await act();
        return;
      } catch (error) {
        last = error;
      }
    }
    throw new Error(`${what} was not to be found`, { cause: last });
  }
}
