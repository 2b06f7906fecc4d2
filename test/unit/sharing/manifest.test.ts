/** Which files a shared record may have, by their names. */
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import fc from 'fast-check';
import { recordFileOf } from '../../../src/sharing/record/manifest.ts';

describe('a file of a shared record', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['record/artifacts/plots/loss curve.png', true],
    ['record/models/m-1/data/model.pth', true],
    ['record/media/0001.png', true],
    ['record/media.jsonl', true],
    ['children/01M8396F2HXXBNE4XH9BVHQ5X8/artifacts/ä.txt', true],
    ['record/artifacts/../plan.json', false],
    ['record/artifacts/a/./b', false],
    ['record/artifacts//b', false],
    ['record/artifacts/', false],
    ['record/artifacts/.git/config', false],
    ['record/artifacts/.GITattributes', false],
    ['record/artifacts/git~1/x', false],
    ['record/artifacts/a\\..\\..\\b', false],
    ['record/artifacts/a:stream', false],
    ['record/artifacts/a\u202eb', false],
    ['record/artifacts/a\nb', false],
    ['record/artifacts/ends.', false],
    ['record/artifacts/ends ', false],
    ['record/artifacts/NUL', false],
    ['record/artifacts/con.txt', false],
    ['record/models/aux/weights', false],
    ['record/media/Lpt1.tar.gz', false],
    ['record/artifacts/com² .x', false],
    ['record/artifacts/CONOUT$', false],
    ['record/artifacts/console.txt', true],
    ['record/artifacts/null', true],
    ['record/artifacts/com10', true],
    ['record/shared.json', false],
    ['record/brought.json', false],
    ['record/endpoint.json', false],
    [`record/artifacts/${'a'.repeat(201)}`, false],
    [`record/artifacts/${'a/'.repeat(500)}a`, false],
  ];
  for (const [path, allowed] of cases)
    it(`${JSON.stringify(path.slice(0, 60))}: ${allowed ? 'yes' : 'no'}`, () => {
      assert.equal(recordFileOf(path) !== undefined, allowed);
    });

  it('never leads out of its folder', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', '.git', 'a', 'media', '\0'), fc.string());
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), parts => {
        const name = ['artifacts', ...parts].join('/');
        if (recordFileOf(`record/${name}`) === undefined) return;
        assert.equal(posix.normalize(name), name);
        assert.doesNotMatch(name, /\\|\0|(?:^|\/)\.git/i);
      }),
    );
  });
});
