/** The mirror of the machine, as apt's two formats write it. */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parseAptSources } from '../../../scripts/provision/containers/aptMirror.ts';

describe('parseAptSources', () => {
  const cases: readonly [string, 'list' | 'deb822', string, readonly string[]][] = [
    [
      'a line',
      'list',
      'deb http://deb.debian.org/debian bookworm main',
      ['http://deb.debian.org/debian bookworm'],
    ],
    [
      'options in brackets, comments, sources of sources, a disc',
      'list',
      '# deb http://no/ x main\ndeb-src http://no/ x main\ndeb cdrom:[Debian]/ x main\ndeb [arch=amd64 signed-by=/k] https://a/u noble universe',
      ['https://a/u noble'],
    ],
    [
      'a stanza with two suites and a continued line',
      'deb822',
      'Types: deb\n# a comment\nURIs: http://m/debian\nSuites: bookworm\n bookworm-updates\nComponents: main',
      ['http://m/debian bookworm', 'http://m/debian bookworm-updates'],
    ],
    [
      'a stanza that is off, one for sources, one that counts',
      'deb822',
      'Types: deb\nURIs: http://a/\nSuites: x\nEnabled: no\n\nTypes: deb-src\nURIs: http://b/\nSuites: x\n\nTypes: deb deb-src\nURIs: http://c/\nSuites: x',
      ['http://c/ x'],
    ],
  ];
  for (const [name, format, text, expected] of cases)
    it(`reads ${name}`, () =>
      assert.deepEqual(
        parseAptSources(text, format).map(({ uri, suite }) => `${uri} ${suite}`),
        expected,
      ));

  it('takes any text without a fault', () =>
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('list' as const, 'deb822' as const), (text, format) => {
        for (const { uri } of parseAptSources(text, format)) assert.match(uri, /^https?:/);
      }),
    ));
});
