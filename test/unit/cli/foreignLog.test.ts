import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foreignLog } from '../../../src/cli/text/foreignLog.ts';

function shown(...pieces: (string | Uint8Array)[]): string {
  const filter = foreignLog();
  return pieces.map(piece => filter(Buffer.from(piece))).join('');
}

describe('what a program of a stranger printed', () => {
  const cases: [title: string, printed: string, seen: string][] = [
    ['text, line ends and tabs pass', 'a\tb\r\n10 %\r20 % é 日\n', 'a\tb\r\n10 %\r20 % é 日\n'],
    [
      'colours pass',
      '\u001b[1;31mred\u001b[0m \u001b[38:5:9mx\u001b[m',
      '\u001b[1;31mred\u001b[0m \u001b[38:5:9mx\u001b[m',
    ],
    ['the clipboard is not written', 'a\u001b]52;c;cm0gLXJmIH4=\u0007b', 'ab'],
    ['the title is not set', 'a\u001b]0;title\u001b\\b', 'ab'],
    ['the cursor stays', 'a\u001b[2J\u001b[1;1Hb\u001b[?1049hc\u001b7', 'abc'],
    ['the terminal is asked nothing', '\u001b[c\u001b[6n\u001bP$qm\u001b\\x', 'x'],
    ['controls of eight bits neither', 'a\u009d0;title\u009cb\u009b2Jc\u0085d', 'abcd'],
    ['other character sets are not chosen', 'a\u001b(0b', 'ab'],
    ['a string without an end hides no other line', 'a\u001b]0;title\nb', 'a\nb'],
    ['bells, backspaces and turned text go', 'a\u0007\b\u202eb', 'ab'],
    ['a cut sequence takes no line end along', 'a\u001b[12\nb', 'a\nb'],
  ];
  for (const [title, printed, seen] of cases)
    it(title, () => {
      assert.equal(shown(printed), seen);
      // However it is cut, between the bytes of a character, too.
      assert.equal(shown(...Array.from(Buffer.from(printed), byte => Uint8Array.of(byte))), seen);
    });

  it('is never obeyed, whatever the bytes', () => {
    const sharp = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      'm',
      '3',
      ';',
      '\u009b',
      '\u009d',
      '\u0007',
      '\n',
      'P',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(sharp, fc.string({ unit: 'binary' }))), texts => {
        // eslint-disable-next-line no-control-regex -- control characters are what this is about
        const plain = shown(...texts).replaceAll(/\u001b\[[\d;:]*m/g, '');
        assert.doesNotMatch(plain, /[^\P{Cc}\t\r\n]|[\u202a-\u202e]/u);
      }),
    );
  });
});
