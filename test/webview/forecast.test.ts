import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/openBrowser.ts';
import { waitFor } from '../helpers/waitFor.ts';
import {
  blockedForecast,
  forecastStage,
  limitedForecast,
  readyForecast,
  sharedForecast,
} from './forecastStage.ts';
import { panelStrings, themeNames } from './openPanel.ts';
import { identicalReport } from './reportStage.ts';

describe('Reproduction Report panel before the run', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  for (const theme of themeNames)
    it(`shows a forecast in ${theme} within the security policy`, async () => {
      await using stage = await forecastStage(browser, limitedForecast(), { theme });
      const { page } = stage.panel;
      await page.locator('.table-materials').waitFor();
      assert.equal(await page.locator('h1').textContent(), 'Numerically close expected');
      assert.deepEqual(await page.locator('.table-materials .status').allTextContents(), [
        'here',
        'to fetch',
        'to rebuild',
      ]);
      assert.deepEqual(await stage.panel.problems(), []);
    });

  it('reads as a page: what it needs, how close, what it costs, the one button', async () => {
    await using stage = await forecastStage(browser, limitedForecast());
    const { page } = stage.panel;
    await page.locator('.table-materials').waitFor();
    assert.equal(await page.locator('body').ariaSnapshot(), limitedPage);
  });

  it('starts with Enter alone, of the whole run', async () => {
    await using stage = await forecastStage(browser, readyForecast());
    const { page } = stage.panel;
    await waitFor('the button to have the keyboard', () =>
      page.evaluate<boolean>(`document.activeElement?.textContent === 'Reproduce'`),
    );
    await page.keyboard.press('Enter');
    assert.deepEqual((await stage.panel.waitForPosted('reproduce'))['part'], {});
    await stage.sendForecast({ ...readyForecast(), starting: true });
    await page.getByText('Starting', { exact: true }).click();
    assert.equal((await stage.panel.posted('reproduce')).length, 1);
  });

  it('asks for a part: through a step, for some minutes, from a checkpoint', async () => {
    await using stage = await forecastStage(browser, limitedForecast());
    const { page } = stage.panel;
    const choose = async (list: string, option: string): Promise<void> => {
      await page.locator(`vscode-dropdown[aria-label="${list}"]`).click();
      await page.locator('vscode-option:visible', { hasText: option }).click();
    };
    const reproduce = page.locator('.actions vscode-button').first();
    await choose('Part', 'Through a step');
    await reproduce.click();
    await page.getByText('A step of 1 or more').waitFor();
    await page.locator('vscode-text-field[placeholder="Last step"]').click();
    await page.keyboard.type('0');
    await reproduce.click();
    await page.getByText('A step of 1 or more').waitFor();
    await page.locator('vscode-text-field[placeholder="Last step"]').click();
    await page.keyboard.press('Backspace');
    await page.keyboard.type('400');
    await choose('Start from', 'step-2000');
    await reproduce.click();
    assert.deepEqual((await stage.panel.waitForPosted('reproduce'))['part'], {
      throughStep: 400,
      checkpoint: 'checkpoints/step-2000.pt',
    });
    await choose('Part', 'For some minutes');
    await choose('Start from', 'The beginning');
    await page.locator('vscode-text-field[placeholder="Minutes"]').click();
    await page.keyboard.type('1.5');
    await reproduce.click();
    assert.deepEqual((await stage.panel.waitForPosted('reproduce', 1))['part'], { forMs: 90_000 });
  });

  it('does not start what cannot, says why and what to do, and looks again on demand', async () => {
    await using stage = await forecastStage(browser, blockedForecast());
    const { page } = stage.panel;
    assert.equal(await page.locator('h1').textContent(), 'Cannot start');
    assert.equal(
      await page.locator('.blockers').textContent(),
      'data/images is nowhere any more. Push it from the machine that has it: lockstep data push data/images',
    );
    await page.getByText('Reproduce', { exact: true }).click({ force: true });
    await page.getByText('Check Again', { exact: true }).click();
    await stage.panel.waitForPosted('checkAgain');
    assert.deepEqual(await stage.panel.posted('reproduce'), []);
    await stage.sendForecast(readyForecast());
    await waitFor(
      'the button',
      async () => (await page.locator('.actions vscode-button').first().getAttribute('disabled')) === null,
    );
  });

  it('shows what a run of somebody else would run, and lets nobody start it by Enter alone', async () => {
    await using stage = await forecastStage(browser, sharedForecast());
    const { page } = stage.panel;
    await page.locator('.facts').waitFor();
    assert.deepEqual(await page.locator('.facts dd').allTextContents(), [
      'python train.py --lr 0.1 --seed 7',
      'sha256:9c2d1f',
      '/data → /data (read-only)',
    ]);
    await page.keyboard.press('Enter');
    assert.deepEqual(await stage.panel.posted('reproduce'), []);
    await page.getByText('Confirm and Reproduce…', { exact: true }).click();
    await stage.panel.waitForPosted('reproduce');
  });

  it('becomes the page of the report, and is then kept by the reproduction', async () => {
    await using stage = await forecastStage(browser, readyForecast());
    const { page } = stage.panel;
    await page.locator('.table-materials').waitFor();
    const strings = await panelStrings('reportStrings');
    await stage.send({ type: 'open', strings, origin: { original: 'o', reproduction: 'r' } });
    await stage.send({ type: 'report', revision: 100, report: identicalReport().report });
    await page.getByRole('heading', { name: 'Identical', exact: true }).waitFor();
    assert.equal(await page.locator('.table-materials').count(), 0);
    assert.deepEqual(await stage.panel.state(), {
      ...{ origin: { original: 'o', reproduction: 'r' }, key: undefined, allMetrics: false, goesOn: false },
    });
  });

  it('tells how far a probe is, and ends it on demand', async () => {
    await using stage = await forecastStage(browser, readyForecast());
    const { page } = stage.panel;
    const probe = page.getByText('Probe Determinism', { exact: true });
    await probe.click();
    assert.equal((await stage.panel.waitForPosted('action'))['action'], 'probe');
    await stage.send({ type: 'task', task: { kind: 'probe', text: '1 of 2: running' } });
    await page.getByText('two short runs. 1 of 2: running').waitFor();
    await page.locator('.bar').getByText('Cancel', { exact: true }).click();
    await stage.panel.waitForPosted('cancelTask');
    await stage.send({ type: 'task', task: null });
    await waitFor('the end', async () => !(await page.locator('.bar').isVisible()));
  });

  it('takes foreign text for nothing but text, however long', async () => {
    const evil = `<img src=x onerror="globalThis.hacked=1">${'k'.repeat(10_000)}`;
    const view = limitedForecast();
    const { forecast } = view;
    assert.ok(forecast);
    await using stage = await forecastStage(browser, {
      ...view,
      original: { ...view.original, label: evil, command: evil },
      checkpoints: [evil],
      unconfirmed: { sharedBy: evil, facts: [{ name: evil, value: evil }] },
      forecast: {
        ...forecast,
        sentence: evil,
        environment: evil,
        items: forecast.items.map(item => ({ ...item, what: evil, from: evil, reason: evil, mend: evil })),
        limits: forecast.limits.map(limit => ({ ...limit, text: evil })),
        caps: [evil],
        escapes: [evil],
        blockers: [{ code: evil, message: evil, mend: evil }],
      },
    });
    const { page } = stage.panel;
    await page.locator('.table-materials').waitFor();
    assert.equal(await page.evaluate('globalThis.hacked'), undefined);
    assert.equal(await page.locator('main img').count(), 0);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(overflow <= 0, `nothing is wider than the page: ${overflow}`);
    assert.deepEqual(await stage.panel.problems(), []);
  });
});

const limitedPage = `- main:
  - heading "Numerically close expected" [level=1]
  - paragraph: "Numerically close: the GPU is another one, and the environment is made once more."
  - paragraph: baseline, to be reproduced on this machine
  - button "Reproduce"
  - button "Check Again"
  - text: Part
  - combobox "Part": The whole run
  - text: Start from
  - combobox "Start from": The beginning
  - heading "How code of the workspace could get in" [level=2]
  - list:
    - listitem: The package digits is installed from /home/ann/digits/src (editable).
  - heading "Leads into the private checkout instead of the workspace" [level=2]
  - list:
    - listitem: OUT_DIR
  - heading "What it needs" [level=2]
  - table "What it needs":
    - rowgroup:
      - row "Ingredient What State":
        - columnheader "Ingredient"
        - columnheader "What"
        - columnheader "State"
    - rowgroup:
      - row "Code snapshot of 3f2a91c + 2 files here":
        - rowheader "Code"
        - cell "snapshot of 3f2a91c + 2 files"
        - cell "here"
      - row "Data data/images, 12,400 files to fetch 2.2 GB from origin (s3://team-bucket/data)":
        - rowheader "Data"
        - cell "data/images, 12,400 files"
        - cell "to fetch 2.2 GB from origin (s3://team-bucket/data)"
      - row "Environment Python 3.11.2, 214 packages to rebuild The interpreter of the run is gone.":
        - rowheader "Environment"
        - cell "Python 3.11.2, 214 packages"
        - cell "to rebuild The interpreter of the run is gone."
  - heading "How close it can get" [level=2]
  - list:
    - listitem: "A100 → H200, 108 → 132 multiprocessors: cuBLAS gives no equal bits across them."
    - listitem: rebuilt environment
  - heading "Time and space" [level=2]
  - paragraph: "About 40 s, as long as the original took. Its environment is made first: minutes where packages are downloaded. 2.2 GB over the network. 4.6 GB of disk, 81.0 GB free."
  - paragraph: On this machine, with the Python that it ran with.
  - paragraph: This system keeps only Python programs from writing to the workspace; others could.
  - heading "Original and this machine" [level=2]
  - table "Original and this machine":
    - rowgroup:
      - row "Ingredient Original Now Status":
        - columnheader "Ingredient"
        - columnheader "Original"
        - columnheader "Now"
        - columnheader "Status"
    - rowgroup:
      - row "Hardware NVIDIA A100 80GB NVIDIA H200 differs GPU A100 → H200":
        - rowheader "Hardware"
        - cell "NVIDIA A100 80GB"
        - cell "NVIDIA H200"
        - cell "differs GPU A100 → H200"
      - row "Code 3f2a91c + 2 files same snapshot same":
        - rowheader "Code"
        - cell "3f2a91c + 2 files"
        - cell "same snapshot"
        - cell "same"
  - heading "Determinism probe" [level=2]
  - paragraph: Two short runs on this machine tell how far it repeats itself. What they differ by is the noise band of later verdicts.
  - button "Probe Determinism"`;
