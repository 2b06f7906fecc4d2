import assert from 'node:assert/strict';
import { confirmQuestion, sharedText } from '../../../src/extension/confirmQuestion.ts';
import type { Words } from '../../../src/extension/environment/rows/environmentRow.ts';

const l10n: Words = {
  t: (text, ...values) => text.replaceAll(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)])),
};
const facts = [
  { name: 'command', value: `python train.py ${'x'.repeat(3000)}` },
  { name: 'reads', value: Array.from({ length: 40 }, (_, i) => `/data/${i}`).join('\n') },
];
const run = { label: 'base\nline', sharedBy: '', facts };

describe('the question before a shared run is executed', () => {
  it('gives Enter the button that runs nothing', () => {
    const { buttons, show, run: agree } = confirmQuestion(run, l10n);
    assert.deepEqual(buttons, ['Show What It Runs', 'Run']);
    assert.equal(buttons[0], show);
    assert.notEqual(show, agree);
  });
  it('says on one line who it came from, and counts what it leaves out', () => {
    const { message, detail } = confirmQuestion(run, l10n);
    assert.equal(message, 'base line came from somebody else. Run what it says on this machine?');
    assert.match(detail, /^Command: python train\.py x+… \(and 1816 more characters\)\nReads: \/data\/0\n/);
    assert.match(detail, /\n {2}\/data\/22\n… 17 more lines$/);
  });
  it('has a text that leaves nothing out', () => {
    const text = sharedText(facts, l10n);
    assert.ok(text.startsWith('Command\n    python train.py xxx'));
    assert.ok(text.includes('x'.repeat(3000)));
    assert.match(text, /\nReads\n {4}\/data\/0\n(?: {4}\/data\/\d+\n){39}$/);
  });
});
