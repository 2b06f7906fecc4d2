import assert from 'node:assert/strict';
import fc from 'fast-check';
import { collapseProgress } from '../../../src/execution/collapseProgress.ts';

describe('collapseProgress', () => {
  const table: [string, string, string][] = [
    ['plain lines stay', 'a\nb\n', 'a\nb\n'],
    ['a bar leaves its last state', ' 1%\r50%\r100%\ndone\n', '100%\ndone\n'],
    ['a bar that is being drawn shows its newest state', 'epoch 1\n 1%\r 2%', 'epoch 1\n 2%'],
    ['a return that may be half of a line end stays', ' 1%\r 2%\r', ' 2%\r'],
    ['lines of Windows are lines', 'a\r\nb\r\n', 'a\nb\n'],
    ['twice translated line ends too', 'a\r\r\nb', 'a\nb'],
  ];
  for (const [name, text, expected] of table) it(name, () => assert.equal(collapseProgress(text), expected));

  it('keeps the number of lines and the text without returns', () => {
    const pieces = fc.array(fc.constantFrom('\r', '\n', 'a', 'bc', '\r\n'));
    fc.assert(
      fc.property(pieces, parts => {
        const text = parts.join('');
        const collapsed = collapseProgress(text);
        assert.equal(collapsed.split('\n').length, text.split('\n').length);
        assert.equal(collapseProgress(collapsed), collapsed);
        if (!text.includes('\r')) assert.equal(collapsed, text);
      }),
    );
  });
});
