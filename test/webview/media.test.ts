import assert from 'node:assert/strict';
import type { Browser, Locator } from 'playwright-core';
import { openBrowser } from '../../scripts/editor/openBrowser.ts';
import { waitFor } from '../helpers/waitFor.ts';
import { everyTen, imageCard, mediaStage, trainingMedia, type MediaStage } from './mediaStage.ts';
import { themeNames } from './openPanel.ts';

describe('Media panel', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());

  const card = (stage: MediaStage, kind: string, key: string): Locator =>
    stage.panel.page.locator(`.card.${kind}[data-key="${key}"]`).first();
  const stepOf = async (shown: Locator): Promise<string | null> => shown.getAttribute('data-step');
  const imageIsThere = (shown: Locator): Promise<boolean> =>
    shown
      .locator('img')
      .evaluate(
        (image: { readonly complete: boolean; readonly naturalWidth: number }) =>
          image.complete && image.naturalWidth > 0,
      );

  for (const theme of themeNames)
    it(`shows each kind in ${theme} within the security policy`, async () => {
      await using stage = await mediaStage(browser, trainingMedia(), { theme, height: 1100 });
      const image = card(stage, 'image', 'samples');
      await waitFor('the picture', () => imageIsThere(image));
      assert.equal(await stepOf(image), '190');
      assert.deepEqual(await stage.panel.page.locator('.group > h2').allTextContents(), [
        'Images 3',
        'Histograms 1',
        'Texts 1',
        'Tables 1',
        'Files 1',
      ]);
      assert.match(
        await card(stage, 'histogram', 'layer2/weights').innerText(),
        /4096 values · mean 0\.0123/,
      );
      assert.match(await card(stage, 'table', 'predictions.json').innerText(), /The first 40 of 1000 rows\./);
      assert.match(await card(stage, 'file', 'model.onnx').innerText(), /12\.3 MB/);
      assert.deepEqual(await stage.panel.problems(), []);
    });

  it('shows what programs write as text, never as HTML', async () => {
    await using stage = await mediaStage(browser, trainingMedia(), { height: 1400 });
    const text = card(stage, 'text', 'generated');
    assert.match(await text.locator('pre').innerText(), /^<b>not bold<\/b> <img src=x/);
    assert.equal(await text.locator('b, img').count(), 0);
  });

  it('moves through the steps by keyboard, on the picture and on its slider', async () => {
    await using stage = await mediaStage(browser, trainingMedia());
    const { page } = stage.panel;
    const image = card(stage, 'image', 'samples');
    const other = card(stage, 'image', 'confusion matrix');
    await image.locator('.stage').focus();
    await page.keyboard.press('ArrowLeft');
    await waitFor('another step to be watched', async () =>
      (await stage.watched()).cards.some(({ step }) => step === 180),
    );
    await stage.sendContents();
    assert.equal(await stepOf(image), '180');
    assert.equal(await stepOf(other), '195');
    await image.locator('input[type=range]').focus();
    await page.keyboard.press('Home');
    await waitFor('the first step', async () => (await stage.watched()).cards.some(({ step }) => step === 0));
    await stage.sendContents();
    assert.equal(await stepOf(image), '0');
    assert.equal(await image.locator('input').getAttribute('aria-valuetext'), 'step 0');
    assert.equal(await image.locator('img').getAttribute('alt'), 'samples at step 0');
    assert.deepEqual(await stage.panel.problems(), []);
  });

  it('moves all cards to the nearest step they have when they go together', async () => {
    await using stage = await mediaStage(browser, trainingMedia(), { height: 1400 });
    const { page } = stage.panel;
    await page.getByRole('checkbox', { name: 'Same step everywhere' }).click();
    const slider = card(stage, 'image', 'samples').locator('input[type=range]');
    await slider.fill('9');
    await waitFor('the step to be watched', async () =>
      (await stage.watched()).cards.some(({ step }) => step === 90),
    );
    await stage.sendContents();
    for (const [kind, key, step] of [
      ['image', 'samples', '90'],
      ['image', 'confusion matrix', '100'],
      ['histogram', 'layer2/weights', '90'],
      ['text', 'generated', '100'],
    ] as const)
      assert.equal(await stepOf(card(stage, kind, key)), step, key);
    const view = (await stage.panel.posted('viewChanged')).at(-1);
    assert.deepEqual(view?.['view'], { synced: true, filter: '' });
  });

  it('follows a running run, unless the person looks at an earlier step', async () => {
    await using stage = await mediaStage(
      browser,
      [imageCard('a', everyTen(3)), imageCard('b', everyTen(3))],
      {
        runState: 'running',
      },
    );
    const [a, b] = [card(stage, 'image', 'a'), card(stage, 'image', 'b')];
    await b.locator('input[type=range]').fill('1');
    await waitFor('the step', async () => (await stage.watched()).cards.some(({ step }) => step === 10));
    stage.cards = [imageCard('a', everyTen(5)), imageCard('b', everyTen(5))];
    await stage.sendCatalogue();
    await stage.sendContents();
    assert.equal(await stepOf(a), '40');
    assert.equal(await stepOf(b), '10');
    await waitFor('the longer slider', async () =>
      (await b.locator('.card-foot').innerText()).includes('2 of 5'),
    );
  });

  it('says that a file is no image, and shows the next one that is', async () => {
    await using stage = await mediaStage(browser, [imageCard('broken', [1, 2], 'missing')]);
    const broken = card(stage, 'image', 'broken');
    await waitFor('the words', async () =>
      (await broken.innerText()).includes('cannot be shown as an image'),
    );
    stage.cards = [imageCard('broken', [1, 2, 3])];
    await stage.sendCatalogue();
    await stage.sendContents();
    await waitFor('the picture', () => imageIsThere(broken));
    assert.equal(await broken.locator('img').isVisible(), true);
  });

  it('asks the editor to open a file', async () => {
    await using stage = await mediaStage(browser, [imageCard('a', everyTen(3))]);
    await card(stage, 'image', 'a').getByRole('button', { name: 'Open File' }).click();
    assert.deepEqual((await stage.panel.waitForPosted('openFile'))['card'], {
      id: '["image","a",null]',
      step: null,
    });
  });

  it('filters by key, says what is wrong with a filter, and takes it away', async () => {
    await using stage = await mediaStage(browser, trainingMedia());
    const { page } = stage.panel;
    const field = page.locator('vscode-text-field input');
    await field.fill('weights');
    await waitFor('one card', async () => (await page.locator('.card').count()) === 1);
    await field.fill('wei(');
    await waitFor('the problem', async () =>
      /Unterminated group/.test(await page.locator('.field-problem').innerText()),
    );
    assert.equal(await page.locator('.card').count(), 1);
    await field.fill('nothing like it');
    await page.getByRole('button', { name: 'Clear Filter' }).click();
    await waitFor('all cards', async () => (await page.locator('.card').count()) === 7);
  });

  it('comes back as it was after it was hidden', async () => {
    let state: unknown;
    {
      await using stage = await mediaStage(browser, trainingMedia());
      await card(stage, 'image', 'samples').locator('input[type=range]').fill('4');
      await waitFor('the step', async () => (await stage.watched()).cards.some(({ step }) => step === 40));
      state = await stage.panel.state();
    }
    await using stage = await mediaStage(browser, trainingMedia(), { state });
    assert.equal(await stepOf(card(stage, 'image', 'samples')), '40');
    assert.deepEqual((state as { origin: unknown }).origin, { store: '/store', id: 'A' });
  });

  it('draws a few of ten thousand cards, each with its place', async () => {
    const cards = Array.from({ length: 10_000 }, (_, i) => imageCard(`sample ${i}`, [0, 10]));
    await using stage = await mediaStage(browser, cards);
    const { page } = stage.panel;
    assert.equal(await page.locator('.card').count(), 10_000);
    assert.ok((await page.locator('img').count()) < 60);
    await page.evaluate('scrollTo(0, document.body.scrollHeight)');
    await waitFor('the last card to be watched', async () =>
      (await stage.watched()).cards.some(({ id }) => id.includes('sample 9999')),
    );
    await stage.sendContents();
    assert.equal(await stepOf(card(stage, 'image', 'sample 9999')), '10');
    assert.ok((await page.locator('img').count()) < 60);
  });

  for (const [name, runState, text] of [
    ['a run that is gone', null, 'No run to show'],
    ['a run that has just started', 'running', 'Nothing to see yet'],
    ['a run without media', 'finished', 'No media'],
  ] as const)
    it(`says what there is with ${name}`, async () => {
      await using stage = await mediaStage(browser, [], { runState });
      await waitFor('the empty state', () =>
        stage.panel.page.getByRole('heading', { name: text }).isVisible(),
      );
      assert.deepEqual(await stage.panel.problems(), []);
    });
});
