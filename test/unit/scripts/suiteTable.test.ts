import assert from 'node:assert/strict';
import { inRounds, suites } from '../../../scripts/suites/suiteTable.ts';

describe('the suites', () => {
  const rounds = (...names: string[]): string[] =>
    inRounds(suites.filter(({ name }) => names.length === 0 || names.includes(name))).map(round =>
      round.map(({ name }) => name).join('+'),
    );

  it('run one after the other, but those that mostly wait at once', () => {
    assert.deepEqual(rounds(), [
      ...['unit', 'integration+interop', 'webview', 'packaging', 'crash+containers', 'extension', 'e2e'],
    ]);
  });

  it('run alone when they are chosen alone', () => {
    assert.deepEqual(rounds('interop', 'webview'), ['interop', 'webview']);
  });
});
