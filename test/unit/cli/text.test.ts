import assert from 'node:assert/strict';
import fc from 'fast-check';
import { durationText, momentText, numberText, sizeText } from '../../../src/cli/text/describe.ts';
import { printable } from '../../../src/cli/text/printable.ts';
import { renderTable } from '../../../src/cli/text/renderTable.ts';
import { wrapList } from '../../../src/cli/text/wrapWords.ts';
import { cutText, textWidth } from '../../../src/cli/text/textWidth.ts';

describe('text for terminals', () => {
  const durations: [number, string][] = [
    [412, '0.4 s'],
    [41_200, '41 s'],
    [185_000, '3 m 5 s'],
    [7_800_000, '2 h 10 m'],
    [273_600_000, '3 d 4 h'],
  ];
  for (const [milliseconds, text] of durations)
    it(`${milliseconds} ms is ${text}`, () => {
      assert.equal(durationText(milliseconds), text);
    });

  const numbers: [number, string][] = [
    [0.934, '0.934'],
    [1 / 3, '0.3333'],
    [1e-9, '1e-9'],
    [1234567, '1234567'],
    [NaN, 'NaN'],
    [-Infinity, '-inf'],
    [1.23456e-7, '1.235e-7'],
    [123456.789, '123500'],
  ];
  for (const [value, text] of numbers)
    it(`${value} is ${text}`, () => {
      assert.equal(numberText(value), text);
    });

  it('says sizes', () => {
    assert.deepEqual([812, 1_234_567, 94_000_000].map(sizeText), ['812 bytes', '1.2 MB', '94.0 MB']);
  });

  it('says today by the time alone', () => {
    const now = new Date(2026, 10, 21, 18, 0);
    assert.equal(momentText(new Date(2026, 10, 21, 14, 3).toISOString(), now), '14:03');
    assert.equal(momentText(new Date(2026, 10, 20, 14, 3).toISOString(), now), '20 Nov 14:03');
    assert.equal(momentText(new Date(2025, 0, 2, 14, 3).toISOString(), now), '2 Jan 2025');
    assert.equal(momentText('never', now), 'never');
  });

  it('shows control characters instead of obeying them', () => {
    assert.equal(printable('a\u001b[2Jb\nc\u202ed'), 'a\\x1b[2Jb\\nc\\u202ed');
  });

  it('cuts to the width and says so', () => {
    assert.equal(cutText('learning rate', 8), 'learnin…');
    assert.equal(cutText('学习率很低', 5), '学习…');
    assert.equal(textWidth('学习'), 4);
    assert.equal(textWidth('🙂'), 2);
  });

  it('never cuts wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, columns) => {
        assert.ok(textWidth(cutText(printable(text), columns)) <= columns);
      }),
    );
  });
});

describe('wrapList', () => {
  it('folds between words, never inside one', () => {
    assert.equal(wrapList('Known:', ['a b', 'loss', 'acc'], 15), 'Known: a b,\n  loss, acc\n');
    assert.equal(wrapList('Known:', ['a', 'b'], 80), 'Known: a, b\n');
  });

  it('loses no word and keeps to the width where words allow it', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 });
    fc.assert(
      fc.property(words, fc.integer({ min: 24, max: 80 }), (items, width) => {
        const text = wrapList('Known:', items, width);
        assert.equal(text.replaceAll(/\s+/g, ' ').trim(), `Known: ${items.join(', ')}`);
        for (const line of text.split('\n')) assert.ok(line.length <= width, line);
      }),
    );
  });
});

describe('renderTable', () => {
  it('lays out, aligns and leaves empty columns out', () => {
    const table = renderTable(
      [
        { name: 'baseline', loss: 0.4, tag: '' },
        { name: 'lr=0.1', loss: 12, tag: '' },
      ],
      [
        { title: 'NAME', cell: row => row.name },
        { title: 'TAG', cell: row => row.tag },
        { title: 'LOSS', cell: row => String(row.loss), align: 'right' },
      ],
      80,
    );
    assert.equal(table, 'NAME      LOSS\nbaseline   0.4\nlr=0.1      12\n');
  });

  it('shrinks the column that may shrink', () => {
    const table = renderTable(
      [{ id: 'K7Q2P9', name: 'a very long name of a run that goes on' }],
      [
        { title: 'RUN', cell: row => row.id },
        { title: 'NAME', cell: row => row.name, shrink: 1 },
      ],
      24,
    );
    assert.equal(table, 'RUN     NAME\nK7Q2P9  a very long nam…\n');
  });

  it('leaves the least important columns out where the terminal is narrow, and keeps the others whole', () => {
    const columns = [
      { title: 'RUN', cell: () => 'K7Q2P9' },
      { title: 'STATE', cell: () => 'lost, still running' },
      { title: 'STARTED', cell: () => '21 Nov 14:03', drop: 1 },
      { title: 'NAME', cell: () => 'a long name of a run', shrink: 1, least: 8 },
      { title: 'TAGS', cell: () => 'nightly', drop: 2 },
    ];
    const headers = [80, 58, 46].map(width => renderTable([{}], columns, width).split('\n'));
    assert.deepEqual(
      headers.map(([title = '']) => title.split(/\s+/).join(' ')),
      ['RUN STATE STARTED NAME TAGS', 'RUN STATE STARTED NAME', 'RUN STATE NAME'],
    );
    assert.equal(headers[2]?.[1], 'K7Q2P9  lost, still running  a long name of a…');
  });

  it('takes titles from runs, too, and prints none that a terminal obeys', () => {
    const columns = [{ title: 'name\u001b]0;x\u0007', cell: () => 'a\u009b2J' }];
    assert.equal(renderTable([{}], columns, 80), 'name\\x1b]0;x\\x07\na\\x9b2J\n');
  });

  it('is never wider than asked', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell)), fc.integer({ min: 20, max: 100 }), (rows, width) => {
        const table = renderTable(
          rows,
          [0, 1, 2].map(at => ({
            title: `T${at}`,
            cell: (row: string[]) => row[at] ?? '',
            shrink: at,
            drop: 2 - at,
          })),
          width,
        );
        for (const line of table.split('\n')) assert.ok(textWidth(line) <= width, line);
      }),
    );
  });
});
