/** Links to runs: what is written is read back, and nothing else is read. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LockstepError } from '../../../src/base/lockstepError.ts';
import { parseRunLink, writeRunLink } from '../../../src/sharing/link/runLink.ts';

const id = '01M8396F2HXXBNE4XH9BVHQ5X8';
const place = { extension: 'lockstep.lockstep', scheme: 'vscode' };

const remotes = [
  'https://github.com/team/project.git',
  'ssh://git@host.example:2222/team/project',
  'git@github.com:team/project.git',
  '/srv/git/a project.git',
  'file:///srv/git/project.git',
];

const hostile: readonly (readonly [what: string, link: string])[] = [
  ['a command', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fh%2Fr&id=${id}&command=rm`],
  ['another path', `vscode://lockstep.lockstep/open?remote=https%3A%2F%2Fh%2Fr&id=${id}`],
  ['an option as remote', `vscode://lockstep.lockstep/run?remote=--upload-pack%3Devil&id=${id}`],
  ['a remote helper', `vscode://lockstep.lockstep/run?remote=ext%3A%3Ash%20-c%20evil&id=${id}`],
  ['a login', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fana%3Apw@h%2Fr&id=${id}`],
  [
    'a token',
    `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fghp_abcdefghijklmnopqrstuvwx@h%2Fr&id=${id}`,
  ],
  ['two ids', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fh%2Fr&id=${id}&id=${id}`],
  ['an id that is none', 'vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fh%2Fr&id=..%2F..%2Fx'],
  ['no remote', `vscode://lockstep.lockstep/run?id=${id}`],
  ['a relative path', `vscode://lockstep.lockstep/run?remote=..%2Fother&id=${id}`],
  ['turned text', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fh%2F%E2%80%AEgpj&id=${id}`],
  ['a line end', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fh%0A%2Fr&id=${id}`],
  ['a fragment', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2Fh%2Fr&id=${id}#x`],
  ['no end', `vscode://lockstep.lockstep/run?remote=https%3A%2F%2F${'h'.repeat(3000)}&id=${id}`],
  ['a script', 'javascript:alert(1)'],
];

describe('links to runs', () => {
  for (const remote of remotes)
    it(`carry ${remote}`, () => {
      const { link, commands } = writeRunLink({ remote, id }, place);
      assert.deepEqual(parseRunLink(link), { remote, id });
      const { pathname, search } = new URL(link);
      assert.deepEqual(parseRunLink({ path: pathname, query: search.slice(1) }), { remote, id });
      assert.ok(commands[0]?.startsWith('git fetch '), commands[0]);
      assert.equal(commands[1], `lockstep reproduce ${id}`);
    });

  it('carry no login', () => {
    const { link, commands } = writeRunLink({ remote: 'https://ana:secret@host.example/r.git', id }, place);
    assert.equal(parseRunLink(link).remote, 'https://host.example/r.git');
    assert.doesNotMatch(commands.join() + link, /ana|secret/);
  });

  it('open in every editor, and in none of the sender’s choice', () => {
    for (const scheme of ['vscode-insiders', 'vscodium', 'cursor'])
      assert.ok(
        writeRunLink({ remote: remotes[0] ?? '', id }, { ...place, scheme }).link.startsWith(`${scheme}://`),
      );
    assert.throws(
      () => writeRunLink({ remote: remotes[0] ?? '', id }, { ...place, scheme: 'a b' }),
      /scheme/,
    );
  });

  for (const [what, link] of hostile)
    it(`are refused with ${what}`, () => {
      assert.throws(
        () => parseRunLink(link),
        (error: unknown) => error instanceof LockstepError && error.code === 'link-wrong',
      );
    });

  it('are read or refused, whatever they say', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string().map(text => `vscode://lockstep.lockstep/run?${text}`),
      fc
        .string({ unit: 'grapheme' })
        .map(text => `vscode://a.b/run?id=${id}&remote=${encodeURIComponent(text)}`),
    );
    fc.assert(
      fc.property(texts, text => {
        try {
          const parsed = parseRunLink(text);
          assert.deepEqual(parseRunLink(writeRunLink(parsed, place).link), parsed);
          assert.doesNotMatch(parsed.remote, /^-|::/);
        } catch (error) {
          assert.ok(error instanceof LockstepError, String(error));
        }
      }),
    );
  });
});
