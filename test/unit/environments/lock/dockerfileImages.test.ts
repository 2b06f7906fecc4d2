import assert from 'node:assert/strict';
import fc from 'fast-check';
import { dockerfileImages, pinDockerfile } from '../../../../src/environments/lock/dockerfileImages.ts';

const refs = (text: string, args?: Record<string, string>): string[] =>
  dockerfileImages(text, args).images.map(({ ref }) => ref);

describe('the images of a Dockerfile', () => {
  const table: [string, string, string[]][] = [
    ['one', 'FROM python:3.12\nRUN true\n', ['python:3.12']],
    ['any case, no newline at the end', 'from python', ['python']],
    ['a platform', 'FROM --platform=linux/amd64 python:3 AS base', ['python:3']],
    [
      'stages',
      'FROM a:1 AS Build\nFROM build\nFROM b:2\nCOPY --from=build /x /y\nCOPY --from=0 /x /y',
      ['a:1', 'b:2'],
    ],
    ['scratch', 'FROM scratch\n', []],
    ['arguments', 'ARG VERSION=3.12\nARG BASE="python:$VERSION-slim"\nFROM ${BASE}', ['python:3.12-slim']],
    ['a default', 'ARG V\nFROM python:${V:-3.11}', ['python:3.11']],
    ['an alternative', 'ARG V=1\nFROM python${V:+-special}:3', ['python-special:3']],
    ['an argument after FROM is not seen', 'FROM a\nARG B=c\nFROM $B', ['a']],
    [
      'an image to copy from',
      'FROM a\nCOPY --chown=1 --from=ghcr.io/astral-sh/uv:0.9 /uv /bin/',
      ['a', 'ghcr.io/astral-sh/uv:0.9'],
    ],
    [
      'an image to mount',
      'FROM a\nRUN --mount=type=bind,from=b:2,target=/x --network=none true',
      ['a', 'b:2'],
    ],
    [
      'continued lines and comments',
      'FROM \\\n# a comment\n\n  python:3 \\\n  AS x\nRUN echo \\\n  FROM no\n',
      ['python:3'],
    ],
    [
      'here-documents',
      'FROM a\nRUN <<EOF\nFROM b\nEOF\nCOPY <<"one" <<-two /x/\nFROM c\none\n\tFROM d\n\ttwo\nFROM e',
      ['a', 'e'],
    ],
    ['the escape directive', '# escape=`\nFROM `\n  windows/server:1\n', ['windows/server:1']],
    ['Windows line ends', 'FROM a:1\r\nFROM b:2\r\n', ['a:1', 'b:2']],
    ['a digest', `FROM a@sha256:${'0'.repeat(64)}`, [`a@sha256:${'0'.repeat(64)}`]],
    ['--from in a command', 'FROM a\nRUN tool --from=b\nCOPY x --from=c /', ['a']],
  ];
  for (const [name, text, expected] of table) it(name, () => assert.deepEqual(refs(text), expected));

  it('takes arguments from outside over defaults', () =>
    assert.deepEqual(refs('ARG V=1\nFROM python:$V', { V: '2' }), ['python:2']));

  it('says what it cannot know, and where', () =>
    assert.deepEqual(dockerfileImages('ARG V\n\nFROM python:$V\n'), {
      images: [],
      unresolved: [{ text: 'python:$V', line: 3 }],
    }));

  it('names each image by its digest and changes nothing else', () => {
    const text =
      'ARG V=1\nFROM --platform=linux/amd64 a:$V AS x # no comment\nCOPY --from=b:2 /x /y\r\nFROM x\nFROM c\n';
    assert.equal(
      pinDockerfile(text, { 'a:1': 'a@sha256:1', 'b:2': 'b@sha256:2' }),
      'ARG V=1\nFROM --platform=linux/amd64 a@sha256:1 AS x # no comment\nCOPY --from=b@sha256:2 /x /y\r\nFROM x\nFROM c\n',
    );
  });

  it('reads any text, and puts each name where it found it', () => {
    const line = fc.constantFrom(
      ...[
        'FROM a:1',
        'FROM $X',
        'ARG X=y',
        'COPY --from=z:1 . .',
        'RUN <<A',
        'A',
        'RUN x \\',
        '# y',
        ' ',
        '\\',
        '# escape=`',
        'RUN a `',
      ],
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(line).map(lines => lines.join('\n')),
    );
    fc.assert(
      fc.property(text, one => {
        const { images } = dockerfileImages(one);
        for (const { ref, from, to } of images)
          if (!one.slice(from, to).includes('$')) assert.equal(one.slice(from, to), ref);
        const names = Object.fromEntries(images.map(({ ref }) => [ref, ref]));
        if (!one.includes('$')) assert.equal(pinDockerfile(one, names), one);
      }),
    );
  });
});
