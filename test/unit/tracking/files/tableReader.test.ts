import assert from 'node:assert/strict';
import fc from 'fast-check';
import { TableReader } from '../../../../src/tracking/files/tableReader.ts';
import type { TableForm } from '../../../../src/tracking/files/tableColumns.ts';
import { pointText } from '../../../helpers/readSource.ts';

const logged: TableForm = { vocabulary: 'logged' };

function read(text: string, form = logged, ended = false): string {
  return pointText(new TableReader(form).read(Buffer.from(text), 0, ended));
}

describe('a table of metrics', () => {
  const rows: readonly [name: string, text: string, points: string, form?: TableForm][] = [
    ['one row a step', 'step,loss,acc\n0,1.5,0.1\n1,0.5,0.2\n', 'loss@0=1.5 acc@0=0.1 loss@1=0.5 acc@1=0.2'],
    ['CRLF, as csv.writer ends lines', 'step,loss\r\n1,0.5\r\n', 'loss@1=0.5'],
    ['a byte order mark', '\ufeffstep,loss\n1,0.5\n', 'loss@1=0.5'],
    [
      'blank cells of Lightning',
      'epoch,step,train_loss,val_loss\n0,9,,0.7\n0,9,0.6,\n',
      'epoch@9=0 val_loss@9=0.7 epoch@9=0 train_loss@9=0.6',
    ],
    ['padded cells', '   epoch,    train/box_loss\n      0,           0.5\n', 'train/box_loss@0=0.5'],
    [
      'what is not finite',
      'epoch,a,b,c,d,e\n1,nan,inf,-inf,Infinity,1.#QNAN\n',
      'a@1=NaN b@1=Infinity c@1=-Infinity d@1=Infinity e@1=NaN',
    ],
    ['no value, as Keras and pandas say it', 'epoch,loss,val\n1,0.5,NA\n2,,None\n', 'loss@1=0.5'],
    ['quotes', '"step","a ""b"", c"\n"1","0.5"\n', 'a "b", c@1=0.5'],
    ['a line break in quotes', 'step,loss,note\n1,0.5,"x\ny"\n2,0.25,z\n', 'loss@1=0.5 loss@2=0.25'],
    [
      'a quote within a cell is a letter',
      'step,loss,note\n1,0.5,5" disk\n2,0.25,\n',
      'loss@1=0.5 loss@2=0.25',
    ],
    ['lists of Keras are no numbers', 'epoch,loss,iou\n1,0.5,"[0.1, 0.2]"\n', 'loss@1=0.5'],
    ['tabs', 'step\tloss\n3\t0.5\n', 'loss@3=0.5'],
    ['semicolons', 'step;loss\n3;0.5\n', 'loss@3=0.5'],
    ['other spellings of a step', 'Iteration,loss\n30,0.5\n', 'loss@30=0.5'],
    ['the better of two steps', 'epoch,global_step,loss\n1,30,0.5\n', 'epoch@30=1 loss@30=0.5'],
    [
      'a step that someone named',
      'tokens,step,loss\n1e6,3,0.5\n',
      'step@1000000=3 loss@1000000=0.5',
      { vocabulary: 'logged', step: 'tokens' },
    ],
    ['no step at all', 'loss\n0.5\n0.25\n', 'loss@0=0.5 loss@1=0.25'],
    ['a row without its step', 'step,loss\n4,1\n,2\n5,3\n', 'loss@4=1 loss@4=2 loss@5=3'],
    [
      'epochs that come again after a resume',
      'epoch,loss\n0,3\n1,2\n1,1.5\n2,1\n',
      'loss@0=3 loss@1=2 loss@1=1.5 loss@2=1',
    ],
    ['a header written again', 'epoch,loss\n0,3\nepoch,loss\n1,2\n', 'loss@0=3 loss@1=2'],
    [
      'a header written again with other columns',
      'epoch,loss\n0,3\nepoch,acc,loss\n1,0.5,2\n',
      'loss@0=3 acc@1=0.5 loss@1=2',
    ],
    ['comments above the header', '# made by x\n#more, of it\nstep,loss\n1,2\n', 'loss@1=2'],
    ['the header of numpy', '# step,loss\n1.0e+00,2.5e-01\n', 'loss@1=0.25'],
    ['time that passed is a metric', 'epoch,time,loss\n1,12.5,0.5\n', 'time@1=12.5 loss@1=0.5'],
    ['ranks', 'step,rank,loss\n1,0,0.5\n1,1,0.25\n', 'loss#0@1=0.5 loss#1@1=0.25', { vocabulary: 'found' }],
    [
      'identifiers are none in a found table',
      'step,id,batch,loss\n1,7,3,0.5\n',
      'loss@1=0.5',
      { vocabulary: 'found' },
    ],
    [
      'names that JavaScript treats specially',
      'step,__proto__,constructor\n1,2,3\n',
      '__proto__@1=2 constructor@1=3',
    ],
    ['no hexadecimal, no words', 'step,a,b,c\n1,0x10,True,abc\n', ''],
    ['zero in all its forms', 'step,a,b,c,d\n1,0,-0.0,0e0, \n', 'a@1=0 b@1=0 c@1=0'],
  ];
  for (const [name, text, points, form = logged] of rows)
    it(name, () => assert.equal(read(text, form), points));

  it('has moments of its own', () => {
    const content = new TableReader(logged).read(
      Buffer.from('timestamp\tstep\tloss\n1767225600500\t1\t0.5\n'),
      7,
    );
    assert.deepEqual(content.points, [{ key: 'loss', step: 1, time: 1767225600500, value: 0.5 }]);
  });

  it('waits for the end of a line, and takes the last one when the writer has ended', () => {
    const reader = new TableReader(logged);
    assert.equal(pointText(reader.read(Buffer.from('step,loss\n1,0.5\n2,0.2'), 0)), 'loss@1=0.5');
    assert.equal(pointText(reader.read(Buffer.from('step,loss\n1,0.5\n2,0.25'), 0)), '');
    assert.equal(pointText(reader.read(Buffer.from('step,loss\n1,0.5\n2,0.25'), 0, true)), 'loss@2=0.25');
    assert.equal(pointText(reader.read(Buffer.from('step,loss\n1,0.5\n2,0.25\n3,0.1\n'), 0)), 'loss@3=0.1');
  });

  it('tells rows of another length, once', () => {
    const reader = new TableReader(logged);
    const content = reader.read(Buffer.from('step,loss\n1\n2,0.5\n3,1,2\n4,0.25,\n'), 0);
    assert.equal(pointText(content), 'loss@2=0.5 loss@4=0.25');
    assert.deepEqual(content.problems, [
      'line 2 has 1 cells where the header has 2: such lines are left out',
    ]);
  });

  it('tells a table without names, and a step column that is not there', () => {
    assert.deepEqual(new TableReader(logged).read(Buffer.from('1,2\n3,4\n'), 0).problems, [
      'there is no header with the names of the columns',
    ]);
    const named = new TableReader({ vocabulary: 'found', step: 'tokens' });
    assert.deepEqual(named.read(Buffer.from('step,loss\n'), 0).problems, ['there is no column "tokens"']);
  });
});

describe('a table that its writer writes anew', () => {
  /** What each of the contents told. */
  function told(...contents: readonly string[]): string[] {
    const reader = new TableReader(logged);
    return contents.map(text => {
      const content = reader.read(Buffer.from(text), 0);
      return `${content.before ?? '-'}: ${pointText(content)}`;
    });
  }

  it('with another column: only the new rows', () => {
    assert.deepEqual(
      told(
        'epoch,step,loss\r\n0,1,0.5\r\n0,2,0.4\r\n',
        'epoch,loss,step,val\r\n0,0.5,1,\r\n0,0.4,2,\r\n',
        'epoch,loss,step,val\r\n0,0.5,1,\r\n0,0.4,2,\r\n0,,2,0.9\r\n',
      ),
      ['0: epoch@1=0 loss@1=0.5 epoch@2=0 loss@2=0.4', '-: ', '4: epoch@2=0 val@2=0.9'],
    );
  });

  it('seen half written: nothing is told again', () => {
    assert.deepEqual(
      told(
        'epoch,loss\n0,3\n1,2\n',
        '',
        'epoch,lo',
        'epoch,loss\n0,3\n',
        'acc,epoch,loss\n,0,3\n,1,2\n0.5,2,1\n',
      ),
      ['0: loss@0=3 loss@1=2', '-: ', '-: ', '-: ', '2: acc@2=0.5 loss@2=1'],
    );
  });

  it('from the beginning: what differs is new, and what came before is told', () => {
    assert.deepEqual(
      told('epoch,loss\n0,3\n1,2\n', 'epoch,loss\n', 'epoch,loss\n0,2.5\n', 'epoch,loss\n0,2.5\n1,2\n'),
      ['0: loss@0=3 loss@1=2', '-: ', '0: loss@0=2.5', '1: loss@1=2'],
    );
  });

  it('with its last rows changed, as after a resume from a checkpoint', () => {
    assert.deepEqual(told('epoch,loss\n0,3\n1,2\n2,1\n', 'epoch,loss\n0,3\n1,1.5\n'), [
      '0: loss@0=3 loss@1=2 loss@2=1',
      '1: loss@1=1.5',
    ]);
  });
});

describe('any table', () => {
  const cell = fc.oneof(
    fc.double().map(String),
    fc.constantFrom('', ' ', 'nan', '-inf', 'NA', 'text', '"', '""', '"a,b"', '"\n"', '1e5', ' 0.5 '),
  );
  const line = fc.array(cell, { maxLength: 6 }).map(cells => cells.join(','));
  const text = fc
    .tuple(
      fc.constantFrom('step,a,b,c', 'epoch\ta', '\ufeffa,step', '"st', 'loss', ''),
      fc.array(line),
      fc.constantFrom('\n', '\r\n'),
    )
    .map(([header, lines, ending]) => [header, ...lines].map(each => each + ending).join(''));

  it('tells the same however it grows', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(400), { maxLength: 12 }), (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const reader = new TableReader(logged);
        const points = [
          ...cuts.filter(cut => cut < bytes.length).sort((a, b) => a - b),
          bytes.length,
        ].flatMap(cut => pointText(reader.read(bytes.subarray(0, cut), 0)) || []);
        assert.equal(points.join(' '), pointText(new TableReader(logged).read(bytes, 0)));
      }),
    );
  });

  it('ends in values and problems, whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), text, fc.nat(300), (bytes, valid, at) => {
        const mixed = Buffer.concat([
          Buffer.from(valid).subarray(0, at),
          bytes,
          Buffer.from(valid).subarray(at),
        ]);
        for (const content of [bytes, mixed]) {
          const reader = new TableReader(logged);
          reader.read(content, 0);
          reader.read(content.subarray(0, at), 0);
          reader.read(content, 0, true);
        }
      }),
    );
  });

  it('comes in pieces when it is large, each point once', () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, i) => `${i},${i / 8},${i * 2},${-i},${i + 1},${i},${i},${i},${i}`,
    );
    const content = Buffer.from(`step,a,b,c,d,e,f,g,h\n${lines.join('\n')}\n`);
    const reader = new TableReader(logged);
    let points = 0;
    let pieces = 0;
    for (let more = true; more; pieces++) {
      const piece = reader.read(content, 0);
      if (piece.points.length > 0) assert.equal(piece.before, points);
      points += piece.points.length;
      more = piece.more ?? false;
    }
    assert.equal(points, 240_000);
    assert.equal(pieces, 2);
  });

  it('with more columns than anyone needs is read in part, and says so', () => {
    const columns = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    const row = columns.map((_, i) => i);
    const reader = new TableReader(logged);
    const content = reader.read(Buffer.from(`step,${columns.join(',')}\n7,${row.join(',')}\n`), 0);
    assert.equal(content.points.length, 19_999);
    assert.equal(content.points.at(-1)?.value, 19_998);
    assert.deepEqual(content.problems, ['only the first 20000 columns are read']);
  });

  it('with a line without end, or a quote without end, goes on after it', () => {
    const long = Buffer.alloc(5 * 1024 * 1024, 'x');
    const afterLine = new TableReader(logged);
    const first = afterLine.read(
      Buffer.concat([Buffer.from('step,loss\n'), long, Buffer.from('\n1,0.5\n')]),
      0,
    );
    assert.equal(pointText(first), 'loss@1=0.5');
    assert.deepEqual(first.problems, ['a line is longer than 4 MiB: it was left out']);
    const rows = Array.from({ length: 80_000 }, (_, i) => `${i},${' '.repeat(52)}0.5`).join('\n');
    const reader = new TableReader(logged);
    let count = 0;
    const problems: string[] = [];
    for (let more = true; more;) {
      const piece = reader.read(Buffer.from(`step,loss\n"1,0.5\n${rows}\n`), 0);
      count += piece.points.length;
      problems.push(...piece.problems);
      more = piece.more ?? false;
    }
    assert.equal(count, 80_001);
    assert.deepEqual(problems, ['a quote is not closed: quotes are taken for letters']);
  });
});
