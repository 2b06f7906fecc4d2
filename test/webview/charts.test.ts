import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/openBrowser.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { chartsStage, noise, series, trainingRuns, type StageRun } from './chartsStage.ts';
import { themeNames } from './openPanel.ts';

describe('Metric Charts panel', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  const card = (page: { locator(selector: string): Locator }, key: string): Locator =>
    page.locator(`.card[data-key="${key}"]`);

  for (const theme of themeNames)
    it(`draws every chart in ${theme} within the security policy`, async () => {
      await using stage = await chartsStage(browser, trainingRuns(), { theme, view: { smoothing: 0.6 } });
      const { page } = stage.panel;
      const loss = card(page, 'train/loss');
      assert.equal(await loss.getAttribute('data-last-step'), '199');
      assert.equal(await loss.getAttribute('data-lines'), '3');
      const colours = await page.evaluate<number>(`(() => {
        const canvas = document.querySelector('.card[data-key="train/loss"] canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        const seen = new Set();
        for (let i = 0; i < data.length; i += 4) if (data[i + 3] === 255) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
        return seen.size;
      })()`);
      assert.ok(colours > 3, 'lines of several colours are drawn');
      assert.deepEqual(await stage.panel.problems(), []);
    });

  it('follows a change of theme', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const background = (): Promise<string> =>
      stage.panel.page.evaluate<string>(`getComputedStyle(document.querySelector('.top')).backgroundColor`);
    assert.equal(await background(), 'rgb(31, 31, 31)');
    await stage.panel.setTheme('light-modern');
    assert.equal(await background(), 'rgb(255, 255, 255)');
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('groups by prefix, in the order people count', async () => {
    const keys = ['loss', 'train/layer10', 'train/layer2', 'a/b/c', '/odd', 'odd/'];
    const run: StageRun = {
      id: 'A',
      label: 'a',
      state: 'finished',
      slot: 0,
      metrics: Object.fromEntries(keys.map(key => [key, series(3, step => step)])),
    };
    await using stage = await chartsStage(browser, [run]);
    const { page } = stage.panel;
    assert.deepEqual(await page.locator('.group-toggle .clipped').allTextContents(), [
      'General',
      'a',
      'train',
    ]);
    assert.deepEqual(await page.locator('.group').nth(0).locator('h3').allTextContents(), [
      '/odd',
      'loss',
      'odd/',
    ]);
    assert.deepEqual(await page.locator('.group').nth(2).locator('h3').allTextContents(), [
      'layer2',
      'layer10',
    ]);
  });

  it('draws new points of a running run, and says so', async () => {
    const runs = trainingRuns();
    await using stage = await chartsStage(browser, runs);
    const loss = card(stage.panel.page, 'train/loss');
    assert.equal(await loss.locator('.badge', { hasText: 'Following' }).isVisible(), true);
    const [first, second, third] = runs;
    assert.ok(first && second && third);
    stage.runs = [
      first,
      { ...second, metrics: { ...second.metrics, 'train/loss': series(300, step => step) } },
      third,
    ];
    await stage.sendPoints();
    assert.equal(await loss.getAttribute('data-last-step'), '299');
  });

  it('zooms into a dragged box, stops following, and fits again on a double click', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    const loss = card(page, 'train/loss');
    const box = await loss.locator('.u-over').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 25, { steps: 4 });
    await page.mouse.up();
    await waitFor('a zoomed chart to be watched', async () =>
      (await stage.watched()).charts.some(chart => chart.range !== undefined),
    );
    await stage.sendPoints();
    const zoomed = (await stage.watched()).charts.find(chart => chart.key === 'train/loss');
    assert.ok(
      zoomed?.range !== undefined &&
        Math.abs(zoomed.range[0] - 50) < 3 &&
        Math.abs(zoomed.range[1] - 100) < 3,
    );
    assert.equal(await loss.locator('.badge', { hasText: 'Following' }).isVisible(), false);
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    await waitFor('everything to be watched', async () =>
      (await stage.watched()).charts.every(chart => chart.range === undefined),
    );
  });

  it('shows one crosshair on all charts and ranks the runs at it', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    const box = await card(page, 'train/loss').locator('.u-over').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width * 0.3, box.y + box.height / 2);
    await waitFor('the tooltip', () => page.locator('.tooltip').isVisible());
    assert.deepEqual(await page.locator('.tooltip .tooltip-name').allTextContents(), [
      'lr=10',
      'baseline',
      'lr=0.3 width=64',
    ]);
    assert.equal(await card(page, 'train/accuracy').locator('.crosshair').isVisible(), true);
  });

  it('reads values by keyboard and speaks them', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    await card(page, 'train/loss').locator('.stage').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await waitFor('the spoken values', async () =>
      /^step 1: .*baseline \d/.test((await page.locator('[aria-live]').textContent()) ?? ''),
    );
    await page.keyboard.press('+');
    await waitFor('a zoom', async () =>
      (await stage.watched()).charts.some(chart => chart.range !== undefined),
    );
    await page.keyboard.press('0');
    await waitFor('no zoom', async () =>
      (await stage.watched()).charts.every(chart => chart.range === undefined),
    );
  });

  it('hides a run on a click, and shows one alone on a double click', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    const chips = page.locator('.chip');
    const lines = (): Promise<string | null> => card(page, 'train/loss').getAttribute('data-lines');
    await chips.nth(0).click();
    await waitFor('two lines', async () => (await lines()) === '2');
    assert.equal(await chips.nth(0).getAttribute('aria-pressed'), 'false');
    await chips.nth(1).dblclick();
    await waitFor('one line', async () => (await lines()) === '1');
    await chips.nth(1).dblclick();
    await waitFor('all lines', async () => (await lines()) === '3');
  });

  it('takes a double click whose button an update draws anew while it is pressed', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    const chip = page.locator('.chip').nth(1);
    await chip.locator('.chip-name').hover();
    for (const clickCount of [1, 2]) {
      await page.mouse.down({ clickCount });
      await stage.sendCatalogue();
      await stage.sendPoints();
      await page.mouse.up({ clickCount });
    }
    await waitFor(
      'that run alone',
      async () =>
        (await page.locator('.chip[aria-pressed=true]').count()) === 1 &&
        (await chip.getAttribute('aria-pressed')) === 'true',
    );
  });

  it('says what is wrong with a filter and keeps the charts meanwhile', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    const field = page.locator('vscode-text-field input');
    await field.fill('loss');
    await waitFor('two charts', async () => (await page.locator('.card').count()) === 2);
    await field.fill('loss(');
    await waitFor('the reason', () => page.locator('.field-problem').isVisible());
    assert.match((await page.locator('.field-problem').textContent()) ?? '', /^Not a regular expression: /);
    assert.equal(await page.locator('.card').count(), 2);
    await field.fill('nothing like this');
    await waitFor('the empty state', () => page.getByText('No metric matches the filter.').isVisible());
    await page.getByText('Clear Filter').click();
    await waitFor('all charts', async () => (await page.locator('.card').count()) === 6);
  });

  it('offers the x axes and asks for other points', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    await page.locator('vscode-dropdown').first().click();
    await page.locator('vscode-option', { hasText: 'Time since start' }).click();
    await waitFor('relative time', async () => (await stage.watched()).x === 'relative');
    await stage.sendPoints();
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('comes back after hiding as it was left', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    await page.locator('vscode-checkbox').click();
    await page.locator('.chip').nth(2).click();
    await page.locator('vscode-text-field input').fill('loss');
    await waitFor('two charts', async () => (await page.locator('.card').count()) === 2);
    const state = await stage.panel.state();
    await using again = await chartsStage(browser, trainingRuns(), { state });
    assert.equal(await again.panel.page.locator('.card').count(), 2);
    assert.equal(await card(again.panel.page, 'train/loss').getAttribute('data-lines'), '2');
    assert.deepEqual((state as { origin: unknown }).origin, { runIds: trainingRuns().map(({ id }) => id) });
  });

  it('shows rank 0 of a distributed run, and all ranks on demand', async () => {
    const run: StageRun = {
      id: 'A',
      label: 'four processes',
      state: 'running',
      slot: 0,
      metrics: { loss: [0, 1, 2, 3].map(rank => series(20, step => step + rank)) },
    };
    await using stage = await chartsStage(browser, [run]);
    const { page } = stage.panel;
    assert.equal(await card(page, 'loss').getAttribute('data-lines'), '1');
    await page.locator('.labelled', { hasText: 'Rank' }).locator('vscode-dropdown').click();
    await page.locator('vscode-option', { hasText: 'All' }).click();
    await waitFor('all ranks', async () => (await stage.watched()).rank === null);
    await stage.sendPoints();
    assert.equal(await card(page, 'loss').getAttribute('data-lines'), '4');
  });

  it('gives a chart as a table', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const norm = card(stage.panel.page, 'gradient norm');
    await norm.hover();
    await norm.locator('vscode-button[aria-label="Show as Table"]').click();
    await waitFor('the table', () => norm.locator('table').first().isVisible());
    const summary = norm.locator('table').first().locator('tbody tr');
    assert.equal(await summary.count(), 3);
    assert.match((await summary.nth(2).textContent()) ?? '', /lr=10NaN89/);
  });

  it('sends a picture and the choice for an export', async () => {
    await using stage = await chartsStage(browser, trainingRuns());
    const { page } = stage.panel;
    const loss = card(page, 'train/loss');
    await loss.hover();
    await loss.locator('vscode-button[aria-label="Save as Picture"]').click();
    const picture = await stage.panel.waitForPosted('exportPng');
    const bytes = Buffer.from(String(picture['png']), 'base64');
    assert.equal(bytes.subarray(1, 4).toString('latin1'), 'PNG');
    await page.locator('.chip').nth(0).click();
    await page.getByText('Export CSV').click();
    const csv = await stage.panel.waitForPosted('exportCsv');
    assert.equal((csv['keys'] as string[]).length, 6);
    assert.equal((csv['runs'] as string[]).length, 2);
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('takes names that are markup, endless or empty for nothing but text', async () => {
    const keys = [
      '<img src=x onerror="globalThis.hacked=1">',
      '"><script>globalThis.hacked=1</script>',
      'x'.repeat(10_000),
      `${'y'.repeat(5000)}/${'z'.repeat(5000)}`,
      '',
      '__proto__',
      '😀 loss\u202e',
    ];
    const run = (id: string, label: string): StageRun => ({
      id,
      label,
      state: 'finished',
      slot: 0,
      metrics: Object.fromEntries(keys.map(key => [key, series(3, step => step)])),
    });
    await using stage = await chartsStage(browser, [run('A', keys[0] ?? ''), run('B', 'n'.repeat(10_000))]);
    const { page } = stage.panel;
    assert.equal(await page.locator('.card').count(), keys.length);
    assert.equal(await page.evaluate('globalThis.hacked'), undefined);
    assert.equal(await page.locator('main img, main script').count(), 0);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(overflow <= 0, 'nothing is wider than the page');
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('holds canvases for what is in view only, among a thousand metrics of a million points', async () => {
    const jitter = noise(3);
    const long = series(1_000_000, step => jitter(step));
    const metrics = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`layer${i}`, i === 0 ? long : series(10, step => step)]),
    );
    await using stage = await chartsStage(browser, [
      { id: 'A', label: 'large', state: 'finished', slot: 0, metrics },
    ]);
    const { page } = stage.panel;
    assert.equal(await page.locator('.card').count(), 1000);
    const canvases = (): Promise<number> => page.locator('canvas').count();
    assert.ok((await canvases()) <= 24);
    assert.equal(await card(page, 'layer0').getAttribute('data-points'), '1000000');
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await waitFor('the last chart to be watched', async () =>
      (await stage.watched()).charts.some(chart => chart.key === 'layer999'),
    );
    await stage.sendPoints();
    assert.equal(await card(page, 'layer999').getAttribute('data-last-step'), '9');
    assert.ok((await canvases()) <= 24);
  });

  it('shows of a run that resumed the latest points, and each part on demand', async () => {
    const resumed = series(
      150,
      step => step,
      i => (i < 100 ? i : i - 40),
    );
    await using stage = await chartsStage(browser, [
      { id: 'A', label: 'resumed', state: 'finished', slot: 0, metrics: { loss: resumed } },
    ]);
    const { page } = stage.panel;
    const loss = card(page, 'loss');
    assert.equal(await loss.locator('.badge', { hasText: 'Restarted' }).isVisible(), true);
    assert.equal(await loss.getAttribute('data-points'), '110');
    const choice = page.locator('vscode-dropdown[aria-label="Restarts"]');
    await choice.click();
    await page.locator('vscode-option', { hasText: 'Each part' }).click();
    await waitFor('all parts to be watched', async () => (await stage.watched()).restarts === 'all');
    await stage.sendPoints();
    assert.equal(await loss.getAttribute('data-lines'), '2');
    assert.equal(await loss.getAttribute('data-points'), '150');
    assert.match(
      (await loss.locator('.stage').getAttribute('aria-label')) ?? '',
      /resumed · part 2: last 149/,
    );
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('draws a thousand child runs at once', async () => {
    const runs = Array.from({ length: 1000 }, (_, i): StageRun => ({
      ...{ id: String(i), label: `lr=${i}`, state: 'finished', slot: i },
      metrics: { loss: series(50, step => Math.sin(step / (5 + i / 100)) + i / 500) },
    }));
    await using stage = await chartsStage(browser, runs);
    assert.equal(await card(stage.panel.page, 'loss').getAttribute('data-lines'), '1000');
    assert.deepEqual(await stage.panel.problems(), []);
  });

  for (const [name, runs, text] of [
    ['no runs', [], 'No runs to show'],
    ['a run that has just started', [{ state: 'running' }], 'Waiting for the first metric'],
    ['a run without metrics', [{ state: 'finished' }], 'No metrics'],
  ] as const)
    it(`says what to do with ${name}`, async () => {
      await using stage = await chartsStage(
        browser,
        runs.map((run, i) => ({ id: String(i), label: 'run', slot: i, metrics: {}, ...run })),
      );
      await waitFor('the empty state', () =>
        stage.panel.page.getByRole('heading', { name: text }).isVisible(),
      );
    });
});
