import assert from 'node:assert/strict';
import { explainFailure } from '../../../src/execution/failureOf.ts';

const traceback = (...last: string[]): string =>
  [
    'noise',
    'Traceback (most recent call last):',
    '  File "a.py", line 5, in <module>',
    '    f()',
    ...last,
  ].join('\n');

describe('explainFailure', () => {
  const table: [string, string, string, string | undefined][] = [
    ['an exception with a text', traceback('ValueError: bad lr', ''), 'ValueError: bad lr', 'ValueError'],
    ['one without', traceback('KeyboardInterrupt'), 'KeyboardInterrupt', 'KeyboardInterrupt'],
    [
      'one of a package',
      traceback('torch.cuda.OutOfMemoryError: CUDA out of memory.'),
      'torch.cuda.OutOfMemoryError: CUDA out of memory.',
      'torch.cuda.OutOfMemoryError',
    ],
    [
      'the last of a chain',
      traceback(
        'KeyError: 1',
        '',
        'During handling of the above exception, another exception occurred:',
        '',
      ) +
        '\n' +
        traceback('RuntimeError: again'),
      'RuntimeError: again',
      'RuntimeError',
    ],
    [
      'one of several lines',
      traceback('AssertionError: first', 'second'),
      'AssertionError: first',
      'AssertionError',
    ],
    [
      'one in colours',
      traceback('\u001b[1;35mValueError\u001b[0m: \u001b[35mx\u001b[0m'),
      'ValueError: x',
      'ValueError',
    ],
    ['one with words after it', traceback('ValueError: x', 'cleaning up'), 'ValueError: x', 'ValueError'],
    ['a program of another kind', 'make: *** [all] Error 2\n\n', 'make: *** [all] Error 2', undefined],
    ['a bar before the message', '10%\r20%\rdied\n', 'died', undefined],
    ['silence', '', 'The command ended with exit code 3.', undefined],
  ];
  for (const [name, stderr, message, exceptionType] of table)
    it(name, () => {
      const failure = explainFailure(stderr, 'exit code 3');
      assert.equal(failure.message, message);
      assert.equal(failure.exceptionType, exceptionType);
    });

  it('keeps the message short', () => {
    assert.equal(explainFailure('x'.repeat(10_000), 'exit code 1').message.length, 501);
  });
});
