/** devcontainer.json: places of faults, hints, edits that keep every comment. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { LockstepError } from '../../../../src/base/lockstepError.ts';
import { editDevcontainer } from '../../../../src/environments/devcontainer/editDevcontainer.ts';
import { findDevcontainers } from '../../../../src/environments/devcontainer/findDevcontainers.ts';
import { parseJsonc } from '../../../../src/environments/devcontainer/parseJsonc.ts';
import {
  parseDevcontainer,
  readDevcontainer,
} from '../../../../src/environments/devcontainer/readDevcontainer.ts';
import { temporaryFolder } from '../../../helpers/temporaryFolder.ts';

const parsed = (text: string): ReturnType<typeof parseDevcontainer> =>
  parseDevcontainer('/home/ada/project', '/home/ada/project/.devcontainer/devcontainer.json', text);

describe('devcontainer.json', () => {
  it('is read with comments, trailing commas and a byte order mark', () => {
    const { value, kind, name, hints } = parsed(
      '\ufeff// top\n{ "image": "debian", /* x */ "runArgs": ["--init",], }\n',
    );
    assert.deepEqual(
      [value.image, value.runArgs, kind, name, hints],
      ['debian', ['--init'], 'image', 'project', []],
    );
  });

  const broken: readonly (readonly [text: string, message: string])[] = [
    ['{"image": }', ':1:11: a value is expected.'],
    ['{\n  "image": "x"\n  "name": "y"\n}', ':3:3: a comma is expected.'],
    ['{\n "image": "x",\n "runArgs": "--init"\n}', ':3:2: runArgs is not what it has to be'],
    ['{\n "image": "x",\n "runArgs": ["a",\n  1]\n}', ':4:3: runArgs.1 is not what it has to be'],
    ['{\n "image": "x",\n "hostRequirements": {"gpu": "yes"}\n}', ':3:23: hostRequirements.gpu is not'],
    ['{ "name": "x" }', ':1:1: it names no "image"'],
    ['{ "dockerComposeFile": "c.yml" }', ':1:3: it names a Compose file, but no "service" of it.'],
    ['', ':1:1: a value is expected.'],
    ['[]', ':1:1: the file is not what it has to be'],
    ['{"image": "x', ':1:11: a string is not closed.'],
  ];
  for (const [text, message] of broken)
    it(`says where it is broken: ${JSON.stringify(text).slice(0, 50)}`, () => {
      assert.throws(
        () => parsed(text),
        (error: unknown) =>
          error instanceof LockstepError &&
          error.code === 'devcontainer-broken' &&
          error.message.startsWith(`.devcontainer/devcontainer.json${message}`),
      );
    });

  it('gives hints for what nothing reads, with the word that was meant', () => {
    const { hints } = parsed(
      '{\n "image": "x",\n "postCreateComand": "true",\n "runArgs": ["--gpus all"]\n}',
    );
    assert.deepEqual(
      hints.map(({ line, column, message }) => `${line}:${column} ${message}`),
      [
        '3:2 "postCreateComand" is no property of devcontainer.json, so nothing reads it. Did you mean "postCreateCommand"?',
        '4:14 "--gpus all" is one word to the engine, which knows no such option. Write "--gpus", "all".',
      ],
    );
  });

  it('is found in its three places; several mean a choice', async () => {
    await using folder = await temporaryFolder();
    const write = async (path: string): Promise<void> => {
      await mkdir(dirname(join(folder.path, path)), { recursive: true });
      await writeFile(join(folder.path, path), '{"image": "debian"}');
    };
    const code = async (config?: string): Promise<string> =>
      readDevcontainer(folder.path, config).then(
        found => found.config,
        (error: unknown) => (error instanceof LockstepError ? error.code : String(error)),
      );
    assert.equal(await code(), 'devcontainer-missing');
    await write('.devcontainer/gpu/devcontainer.json');
    assert.equal(await code(), '.devcontainer/gpu/devcontainer.json');
    await write('.devcontainer.json');
    await write('.devcontainer/devcontainer.json');
    assert.deepEqual(await findDevcontainers(folder.path), [
      '.devcontainer/devcontainer.json',
      '.devcontainer.json',
      '.devcontainer/gpu/devcontainer.json',
    ]);
    assert.equal(await code(), 'devcontainer-ambiguous');
    for (const named of [
      'gpu',
      './.devcontainer/gpu/devcontainer.json',
      join(folder.path, '.devcontainer/gpu/devcontainer.json'),
    ])
      assert.equal(await code(named), '.devcontainer/gpu/devcontainer.json', named);
    assert.equal(await code('cpu'), 'devcontainer-missing');
  });

  it('keeps every other byte when one property changes', () => {
    const text = '// for the team\r\n{\r\n\t"image": "x", // pinned\r\n\t"runArgs": ["--init"],\r\n}\r\n';
    const edited = editDevcontainer(text, ['image'], 'y');
    assert.equal(edited, text.replace('"x"', '"y"'));
    const added = editDevcontainer(text, ['hostRequirements', 'gpu'], 'optional');
    assert.ok(added.includes('// for the team\r\n') && added.includes('"x", // pinned\r\n'), added);
    assert.equal(parsed(added).value.hostRequirements?.gpu, 'optional');
    assert.equal(editDevcontainer('nonsense', ['image'], 'y'), 'nonsense');
  });

  it('is edited without loss, whatever it holds', () => {
    const property = fc.record({ name: fc.constantFrom('name', 'remoteUser', 'x', 'é'), value: fc.string() });
    const comment = fc.constantFrom('', '// note', '/* block */');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(property, comment), { maxLength: 6 }),
        fc.string(),
        (properties, value) => {
          const body = properties.map(
            ([one, note], index) => `  "${one.name}${index}": ${JSON.stringify(one.value)}, ${note}`,
          );
          const text = `{\n${body.join('\n')}\n  "image": "old"\n}\n`;
          const edited = editDevcontainer(text, ['image'], value);
          assert.equal((parseJsonc(edited).value as { image: string }).image, value);
          assert.equal(editDevcontainer(edited, ['image'], 'old'), text);
        },
      ),
    );
  });

  it('never throws anything but what it is, and points into the file', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '//',
        '/*',
        '*/',
        '\n',
        'image',
        '"image"',
        '1',
        'true',
        '\\',
        '\ufeff',
        'é',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          pieces.map(parts => parts.join('')),
        ),
        text => {
          const lines = text.split('\n').length;
          for (const { line, column } of parseJsonc(text).problems)
            assert.ok(line >= 1 && line <= lines && column >= 1);
          try {
            parsed(text);
          } catch (error) {
            assert.ok(error instanceof LockstepError && error.code === 'devcontainer-broken', String(error));
          }
        },
      ),
    );
  });
});
