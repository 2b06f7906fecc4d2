import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  formatReference,
  parseImageReference,
  pinnedName,
} from '../../../../src/environments/registry/imageReference.ts';

const digest = `sha256:${'a1'.repeat(32)}`;

describe('names of images', () => {
  const table: [string, string, string, (string | undefined)?, string?][] = [
    ['python', 'docker.io', 'library/python', 'latest'],
    ['python:3.12-slim', 'docker.io', 'library/python', '3.12-slim'],
    ['docker.io/python', 'docker.io', 'library/python', 'latest'],
    ['index.docker.io/library/python', 'docker.io', 'library/python', 'latest'],
    ['nvidia/cuda:12.8.1-base-ubuntu24.04', 'docker.io', 'nvidia/cuda', '12.8.1-base-ubuntu24.04'],
    ['nvcr.io/nvidia/pytorch:26.01-py3', 'nvcr.io', 'nvidia/pytorch', '26.01-py3'],
    ['localhost:5000/lab/base', 'localhost:5000', 'lab/base', 'latest'],
    ['localhost/lab', 'localhost', 'lab', 'latest'],
    ['[::1]:5000/lab', '[::1]:5000', 'lab', 'latest'],
    [`ghcr.io/a/b@${digest}`, 'ghcr.io', 'a/b', undefined, digest],
    [`ghcr.io/a/b:1@${digest}`, 'ghcr.io', 'a/b', '1', digest],
    ['a__b/c-d---e.f:_', 'docker.io', 'a__b/c-d---e.f', '_'],
  ];
  for (const [text, registry, repository, tag, pinned] of table)
    it(text, () => {
      const { registry: host, repository: path, tag: named, digest: by } = parseImageReference(text);
      assert.deepEqual([host, path, named, by], [registry, repository, tag, pinned]);
    });

  for (const text of [
    '',
    'Python',
    'a b',
    'a/../b',
    'a//b',
    '/a',
    'a:',
    'a@sha256:12',
    '-a',
    'http://x/y',
    'a'.repeat(701),
  ])
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      assert.throws(() => parseImageReference(text), { code: 'image-reference', kind: 'usage' });
    });

  it('reads what it has written', () => {
    const word = fc.stringMatching(/^[a-z0-9]{1,8}([._-][a-z0-9]{1,4})?$/);
    fc.assert(
      fc.property(
        fc.record({
          registry: fc.constantFrom('docker.io', 'nvcr.io', 'localhost:5000', 'reg.example.org:443'),
          path: fc.array(word, { minLength: 2, maxLength: 4 }),
          tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/), { nil: undefined }),
        }),
        ({ registry, path, tag }) => {
          const image = {
            registry,
            repository: path.join('/'),
            ...(tag === undefined ? { digest } : { tag }),
          };
          assert.deepEqual(parseImageReference(formatReference(image)), image);
          assert.equal(parseImageReference(pinnedName(image, digest)).digest, digest);
        },
      ),
    );
  });

  it('takes no time over what is no name', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 700 }), text => {
        try {
          parseImageReference(text);
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'image-reference');
        }
      }),
    );
    assert.throws(() => parseImageReference(`${'a-'.repeat(340)}!`), { code: 'image-reference' });
  });
});
