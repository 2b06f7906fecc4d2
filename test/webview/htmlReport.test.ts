/** The HTML report in a real browser: its own style sheet applies, and nothing of hostile text runs or loads. */
import assert from 'node:assert/strict';
import { openBrowser } from '../../scripts/editor/openBrowser.ts';
import { reportHtml } from '../../src/reproduction/report/reportHtml.ts';

describe('the HTML report', function () {
  this.timeout(120_000);

  it('shows hostile text as text, in both colour schemes, and breaks its own policy nowhere', async () => {
    const hostile = `"><img src="https://x.invalid/a.png" onerror="alert(1)"><script>alert(2)</script></style>`;
    const id = '01JZ0000000000000000000001';
    const html = reportHtml({
      label: hostile,
      command: hostile,
      verdict: {
        ...{ schemaVersion: 1, verdict: 'diverged', runId: id, reproductionId: id, at: '', caps: [hostile] },
        ...{ sentence: hostile, cause: hostile, metrics: [], outputs: [], escapedModules: [] },
        ingredients: [
          { name: 'data', status: 'differs', original: hostile, now: hostile, differences: [hostile] },
        ],
      },
    });
    const browser = await openBrowser();
    try {
      const grounds: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        const page = await browser.newPage({ colorScheme });
        const problems: string[] = [];
        page.on('console', message => problems.push(message.text()));
        page.on('pageerror', error => problems.push(String(error)));
        page.on('dialog', dialog => {
          problems.push(dialog.message());
          void dialog.dismiss();
        });
        page.on('request', request => problems.push(request.url()));
        await page.setContent(html);
        grounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
        assert.equal(await page.locator('img, script, a, iframe').count(), 0);
        assert.ok((await page.locator('.sentence').textContent())?.includes('<script>alert(2)</script>'));
        assert.deepEqual(problems, []);
      }
      assert.deepEqual(grounds, ['rgb(255, 255, 255)', 'rgb(20, 23, 28)']);
    } finally {
      await browser.close();
    }
  });
});
