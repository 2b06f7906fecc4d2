import assert from 'node:assert/strict';
import fc from 'fast-check';
import { jsonPiece, jsonText, withoutControls } from '../../../src/cli/output/jsonText.ts';

/** What a terminal might obey, line ends left out. */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
const odd = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u001b', '\u007f', '\u0080', '\u009b', '\u009f', '\u00a0', 'é', '学'),
    fc.string(),
  ),
});

describe('documents of the command line', () => {
  it('hold no control character, and are read back as they were', () => {
    fc.assert(
      fc.property(odd, odd, (key, value) => {
        const document = { [`k${key}`]: [value] };
        const text = jsonText(document);
        assert.doesNotMatch(text, controls);
        assert.deepEqual(JSON.parse(text), document);
        assert.equal(JSON.parse(jsonPiece(value)), value);
        const stored = withoutControls(Buffer.from(JSON.stringify(document)));
        assert.equal(`${Buffer.from(stored).toString('utf8')}\n`, text);
      }),
    );
  });

  it('say C1 controls by their numbers', () => {
    assert.equal(jsonText({ name: '\u009b31m\u0080é' }), '{"name":"\\u009b31m\\u0080é"}\n');
  });

  it('tell numbers that JSON does not know as text, and maps as objects', () => {
    assert.equal(
      jsonText({ a: NaN, b: -Infinity, c: new Map([['x', 1]]) }),
      '{"a":"NaN","b":"-Infinity","c":{"x":1}}\n',
    );
  });

  it('leave bytes alone that need no change', () => {
    const bytes = Buffer.from('{"name":"学é"}'.replace('é', ''));
    assert.equal(withoutControls(bytes), bytes);
  });
});
