import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/openBrowser.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { themeNames } from './openPanel.ts';
import {
  divergedReport,
  explainedReport,
  identicalReport,
  partingReport,
  reportStage,
  runningReport,
} from './reportStage.ts';

describe('Reproduction Report panel', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  for (const theme of themeNames)
    it(`shows a verdict in ${theme} within the security policy`, async () => {
      await using stage = await reportStage(browser, divergedReport(), { theme });
      const { page } = stage.panel;
      assert.equal(await page.locator('h1').textContent(), 'Diverged');
      assert.match((await page.locator('.sentence').textContent()) ?? '', /^Diverged from step 412/);
      assert.equal(await page.locator('.table-ingredients tbody tr').count(), 6);
      assert.equal(await page.locator('.overlay-values').getAttribute('data-first-difference'), '412');
      assert.equal(await page.locator('.overlay-difference canvas').count(), 1);
      assert.deepEqual(await stage.panel.problems(), []);
    });

  it('puts the worst metric first, what is never counted last, and charts what differs first', async () => {
    await using stage = await reportStage(browser, divergedReport());
    const rows = stage.panel.page.locator('.table-metrics tbody tr');
    assert.deepEqual(await rows.locator('th').allTextContents(), ['loss', 'accuracy', 'samples/second']);
    assert.equal(await stage.panel.page.locator('.overlay-values').getAttribute('data-key'), 'loss');
    assert.match((await rows.nth(2).textContent()) ?? '', /differsvolatile/);
  });

  it('says in words that nothing differs', async () => {
    await using stage = await reportStage(browser, identicalReport());
    const { page } = stage.panel;
    assert.equal(await page.locator('h1').textContent(), 'Identical');
    assert.equal(await page.locator('.no-difference').textContent(), 'No difference in 620 compared points.');
    assert.equal(await page.locator('.overlay-difference').isVisible(), false);
  });

  it('is live: progress, identical up to a step, cancel, then the verdict', async () => {
    await using stage = await reportStage(browser, runningReport());
    const { page } = stage.panel;
    assert.equal(
      await page.locator('.sentence').textContent(),
      'Identical up to step 199: 200 metric points compared.',
    );
    assert.equal(await page.locator('.overlay-values').getAttribute('data-last-step'), '199');
    assert.equal(await page.locator('.steps [aria-current="step"]').textContent(), 'Run, in progress');
    await page.getByText('Cancel', { exact: true }).click();
    assert.equal((await stage.panel.waitForPosted('action'))['action'], 'cancel');
    await stage.sendReport(identicalReport().report);
    await waitFor('the verdict', async () => (await page.locator('h1').textContent()) === 'Identical');
    assert.equal(await page.locator('.steps').isVisible(), false);
    assert.equal(await page.getByText('Cancel', { exact: true }).count(), 0);
  });

  it('says quietly that it has parted, offers to stop, and takes no for an answer', async () => {
    await using stage = await reportStage(browser, partingReport());
    const { page } = stage.panel;
    const bar = page.locator('.divergence');
    await bar.waitFor();
    assert.equal(await bar.locator('.bar-text').textContent(), 'Differs from step 112 (relative 0.0003).');
    await bar.getByText('Stop Early').click();
    assert.equal((await stage.panel.waitForPosted('action'))['action'], 'stopEarly');
    await bar.getByText('Go On').click();
    await waitFor('the bar to go', async () => !(await bar.isVisible()));
    await stage.sendReport(partingReport().report);
    assert.equal(await bar.isVisible(), false);
    const state = await stage.panel.state();
    await using again = await reportStage(browser, partingReport(), { state });
    assert.equal(await again.panel.page.locator('.divergence').isVisible(), false);
  });

  for (const theme of themeNames)
    it(`explains a divergence in ${theme}`, async () => {
      await using stage = await reportStage(browser, explainedReport(), { theme });
      const { page } = stage.panel;
      assert.match((await page.locator('.why').textContent()) ?? '', /loss at step 412 .* that grows/);
      assert.match((await page.locator('.subject').textContent()) ?? '', /through step 600$/);
      assert.deepEqual(await page.locator('.table-trials .status').allTextContents(), [
        'equals the original',
        'still differs',
        'not made',
      ]);
      assert.equal(await page.locator('.table-trials .culprit').count(), 1);
      assert.deepEqual(await page.locator('.table-statistics .status').allTextContents(), [
        'inside',
        'outside',
      ]);
      assert.equal(await page.locator('.table-probe tbody tr').count(), 2);
      assert.match(
        (await page.locator('.after').textContent()) ?? '',
        /Reproduced 2 times: 1 identical, 1 diverged\./,
      );
      assert.match((await page.locator('.table-metrics').textContent()) ?? '', /noise band of this machine/);
      assert.deepEqual(await stage.panel.problems(), []);
    });

  it('has room for all columns of the metrics beside a side bar', async () => {
    await using stage = await reportStage(browser, explainedReport());
    const { page } = stage.panel;
    await page.setViewportSize({ width: 800, height: 700 });
    const frame = `document.querySelector('.table-frame:has(.table-metrics)')`;
    const hidden = await page.evaluate<number>(`${frame}.scrollWidth - ${frame}.clientWidth`);
    assert.equal(hidden, 0);
  });

  it('tells which trials noise was allowed for, and how far another one was apart', async () => {
    const { report, series } = explainedReport();
    assert.ok(report.cause);
    const ingredient = 'parameters' as const;
    const restored = 'lr 0.2 → 0.1';
    const trials = [
      { ingredient, restored: 'momentum 0.8 → 0.9', joins: false, apartAt: 7 },
      { ingredient, restored, joins: true },
      { ingredient, restored: `${restored}, once more`, joins: true },
    ];
    const cause = { ...report.cause, noise: { probes: 2 }, trials, culprit: { ingredient, restored } };
    await using stage = await reportStage(browser, { report: { ...report, cause }, series });
    const { page } = stage.panel;
    assert.deepEqual(await page.locator('.table-trials .status').allTextContents(), [
      'still differs',
      'within the noise of the original',
      'within the noise of the original',
    ]);
    assert.deepEqual(await page.locator('.table-trials .hint').allTextContents(), [
      'apart by more than noise from step 7 on',
    ]);
    assert.equal(await page.locator('.table-trials .culprit').count(), 1);
  });

  it('shades where noise alone may go, and says what the area is', async () => {
    await using stage = await reportStage(browser, runningReport());
    const { page } = stage.panel;
    const values = page.locator('.overlay-values');
    await stage.sendOverlay();
    assert.equal(await values.getAttribute('data-band'), null);
    const plain = await values.locator('canvas').screenshot();
    const xs = Float64Array.from([0, 100, 199]);
    await stage.sendOverlay({ xs, low: xs.map(() => 0.2), high: xs.map(() => 2) });
    assert.equal(await values.getAttribute('data-band'), 'shown');
    assert.match((await page.locator('.overlay-legend').textContent()) ?? '', /Noise of this machine$/);
    assert.notDeepEqual(await values.locator('canvas').screenshot(), plain);
  });

  it('names its tables for those who hear them', async () => {
    await using stage = await reportStage(browser, divergedReport());
    const tables = await stage.panel.page.locator('table').all();
    const names = await Promise.all(tables.map(table => table.getAttribute('aria-label')));
    assert.deepEqual(names, ['Ingredients', 'Metrics', 'Outputs']);
  });

  it('names the ends without a verdict', async () => {
    await using stage = await reportStage(browser, runningReport());
    const { report } = runningReport();
    const { page } = stage.panel;
    const failedSteps = report.steps.map(
      ({ name }) => ({ name, state: name === 'run' ? 'failed' : 'done' }) as const,
    );
    const ends = [
      ['cancelled', 'Cancelled'],
      ['lost', 'Lost'],
      ['failed', 'No verdict'],
    ] as const;
    for (const [state, word] of ends) {
      await stage.sendReport({
        ...report,
        steps: failedSteps,
        reproduction: { ...report.reproduction, state, failure: 'No space left on device.' },
      });
      await waitFor(word, async () => (await page.locator('h1').textContent()) === word);
    }
    assert.equal(await page.locator('.sentence').textContent(), 'No space left on device.');
  });

  it('shows another metric on demand and remembers it', async () => {
    await using stage = await reportStage(browser, identicalReport());
    const { page } = stage.panel;
    await page.locator('.table-metrics button', { hasText: 'accuracy' }).click();
    await waitFor('accuracy to be watched', async () =>
      (await stage.panel.posted('watch')).some(message => message['key'] === 'accuracy'),
    );
    await stage.sendOverlay();
    assert.equal(await page.locator('.overlay-values').getAttribute('data-key'), 'accuracy');
    const state = await stage.panel.state();
    await using again = await reportStage(browser, identicalReport(), { state });
    assert.equal(await again.panel.page.locator('.overlay-values').getAttribute('data-key'), 'accuracy');
  });

  it('asks for each action', async () => {
    await using stage = await reportStage(browser, divergedReport());
    const { page } = stage.panel;
    const names = [
      'Copy for Pull Request',
      'Export…',
      'Find the Cause',
      'Probe Determinism',
      'Reproduce Again',
      'Compare Runs',
      'Show Code Changes',
      'Show Log',
      'Show Original Log',
    ];
    for (const name of names) await page.getByText(name, { exact: true }).click();
    assert.deepEqual(
      (await stage.panel.posted('action')).map(({ action }) => action),
      [
        ...['copyForPullRequest', 'export', 'findCause', 'probe', 'reproduceAgain'],
        ...['compare', 'showCodeChanges', 'showLog', 'showOriginalLog'],
      ],
    );
  });

  it('takes foreign text for nothing but text, however long', async () => {
    const evil = `<img src=x onerror="globalThis.hacked=1">${'k'.repeat(10_000)}`;
    const { report, series } = divergedReport();
    assert.ok(report.verdict);
    const verdict = {
      ...report.verdict,
      sentence: evil,
      cause: evil,
      caps: [evil],
      escapedModules: [{ module: evil, path: evil }],
      metrics: report.verdict.metrics.map(metric => ({ ...metric, sentence: evil })),
      outputs: report.verdict.outputs.map(output => ({ ...output, path: evil, sentence: evil })),
      ingredients: report.verdict.ingredients.map(item => ({ ...item, original: evil, differences: [evil] })),
    };
    await using stage = await reportStage(browser, {
      report: { ...report, verdict, original: { ...report.original, label: evil, command: evil } },
      series,
    });
    const { page } = stage.panel;
    assert.equal(await page.evaluate('globalThis.hacked'), undefined);
    assert.equal(await page.locator('main img').count(), 0);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(overflow <= 0, 'nothing is wider than the page');
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('shows the first of a thousand metrics, and all on demand', async () => {
    const { report, series } = divergedReport();
    assert.ok(report.verdict);
    const [first] = report.verdict.metrics;
    assert.ok(first);
    const metrics = Array.from({ length: 1000 }, (_, i) => ({
      ...first,
      key: i === 0 ? 'loss' : `metric${i}`,
    }));
    await using stage = await reportStage(browser, {
      report: { ...report, verdict: { ...report.verdict, metrics } },
      series,
    });
    const rows = stage.panel.page.locator('.table-metrics tbody tr');
    assert.equal(await rows.count(), 50);
    await stage.panel.page.getByText('Show all 1000').click();
    await waitFor('all rows', async () => (await rows.count()) === 1000);
  });
});
