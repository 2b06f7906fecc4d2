/** What names a person or a machine is taken out of a record, and becomes the reader's own on the way back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  localText,
  localValue,
  namedBy,
  neutralText,
  neutralValue,
} from '../../../src/sharing/record/neutralText.ts';

const home = '/home/ana';
const table: readonly (readonly [text: string, neutral: string])[] = [
  ['/home/ana', '/~home'],
  ['/home/ana/project/train.py', '/~home/project/train.py'],
  ['--data=/home/ana/data:/home/ana/more', '--data=/~home/data:/~home/more'],
  ['file:///home/ana/x', 'file:///~home/x'],
  ['-I/home/ana/include', '-I/~home/include'],
  ['open("/home/ana/x") failed', 'open("/~home/x") failed'],
  ['/home/anabel/x', '/home/anabel/x'],
  ['/mnt/home/ana/x', '/mnt/home/ana/x'],
];

describe('records without names', () => {
  for (const [text, neutral] of table)
    it(`turn ${text} into ${neutral}`, () => {
      assert.equal(neutralText(text, { home }), neutral);
      assert.equal(localText(neutral, home), text);
    });

  it('do not tell where the home folder really lies, nor who else’s folder is whose', () => {
    const person = { home, realHome: '/srv/people/ana', accounts: ['ana'] };
    for (const [text, neutral] of [
      ['/srv/people/ana/x', '/~home/x'],
      ['--cache=/scratch/ana/c', '--cache=/scratch/~user/c'],
      ['/mnt/nfs/home/lab/ana', '/mnt/nfs/home/lab/~user'],
      [String.raw`C:\Users\Ana\x`, String.raw`C:\Users\~user\x`],
      ['data/users/ana/x.csv', 'data/users/ana/x.csv'],
      ['/home/ana/users/ana/x.csv', '/~home/users/ana/x.csv'],
      ['/home/anabel/x', '/home/anabel/x'],
      ['ana', 'ana'],
    ] as const)
      assert.equal(neutralText(text, person), neutral);
    assert.equal(neutralText('/scratch/root/x', { home, accounts: ['root'] }), '/scratch/root/x');
  });

  it('are told of files that go as they are, and name somebody', () => {
    const person = { home, realHome: '/srv/people/ana', accounts: ['ana'] };
    for (const [text, what] of [
      ['{"data": "/home/ana/data"}', 'your home folder'],
      ['\0\uffff binary /srv/people/ana/x\0', 'your home folder'],
      ['/scratch/ana/x', 'your account'],
      ['/home/anabel/banana', undefined],
      ['by ana', undefined],
      ['', undefined],
    ] as const)
      assert.equal(namedBy(Buffer.from(text), person), what, text);
    assert.equal(namedBy(Buffer.from('x /root/y'), { home: '' }), undefined);
  });

  it('are the reader’s own on the way back, whatever the folder is called', () => {
    const other = '/Users/b $& (x)';
    assert.equal(localText('/~home/data', other), `${other}/data`);
    assert.equal(neutralText(`${other}/data`, { home: other }), '/~home/data');
  });

  it('name machines only so that two can be told apart', () => {
    const machine = (host: string): string => `machine-${host.length}`;
    const value = {
      host: 'gpu-box',
      plan: [{ host: 'laptop', note: 'gpu-box', gpu: 'GPU-01234567-89ab-cdef-0123-456789abcdef' }],
    };
    assert.deepEqual(neutralValue(value, { home, machine }), {
      host: 'machine-7',
      plan: [{ host: 'machine-6', note: 'gpu-box', gpu: 'GPU-hidden' }],
    });
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), value => {
        const neutral = neutralValue(value, { home, machine: host => host });
        assert.deepEqual(localValue(neutral, home), value);
      }),
    );
  });
});
