/** The parts that remotes are made of: what they read from others is read right, or refused, never guessed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mock } from 'node:test';
import fc from 'fast-check';
import { Dos2UnixHash } from '../../../../src/data/hash/dos2unix.ts';
import { arrivalHash } from '../../../../src/data/remotes/arrivalHash.ts';
import { storageSection } from '../../../../src/data/remotes/azureService.ts';
import { remoteTrouble, remoteRefused } from '../../../../src/data/remotes/errors.ts';
import { findNetrcEntry } from '../../../../src/data/remotes/httpCredentials.ts';
import { retryAfter } from '../../../../src/data/remotes/httpClient.ts';
import type { ObjectStore } from '../../../../src/data/remotes/objectStore.ts';
import { findPresent } from '../../../../src/data/remotes/remoteIndex.ts';
import { SftpReader } from '../../../../src/data/remotes/sftpPacket.ts';
import { sshFailure } from '../../../../src/data/remotes/sshConnection.ts';
import { bucketAndPrefix, urlBelow, urlLabel } from '../../../../src/data/remotes/webUrl.ts';
import { withRetries } from '../../../../src/data/remotes/withRetries.ts';

describe('the parts of remotes', () => {
  it('finds the entry of a host in .netrc, else the default one', () => {
    const text =
      'machine a login ann password x\n# machine b login no password no\nmacdef m\nmachine c login evil\n\nmachine b\n login bob\n password "y"\ndefault login d password z';
    assert.deepEqual(findNetrcEntry(text, 'a'), { login: 'ann', password: 'x' });
    assert.deepEqual(findNetrcEntry(text, 'b'), { login: 'bob', password: '"y"' });
    assert.deepEqual(findNetrcEntry(text, 'c'), { login: 'd', password: 'z' });
    assert.equal(findNetrcEntry('machine a login ann', 'a'), undefined);
    fc.assert(fc.property(fc.string(), value => void findNetrcEntry(value, 'a')));
  });

  it('reads how long to wait, in seconds or as a date', () => {
    assert.equal(retryAfter('3'), 3000);
    assert.equal(retryAfter(undefined), undefined);
    assert.equal(retryAfter('soon'), undefined);
    assert.equal(retryAfter('Thu, 01 Jan 1970 00:00:00 GMT'), 0);
  });

  it('reads the storage section of the configuration of az', () => {
    const text = '[core]\naccount = no\n[storage]\naccount = yes\nkey=a=b==\n; x\n[other]\nkey = no\n';
    assert.deepEqual(
      [...storageSection(text)],
      [
        ['account', 'yes'],
        ['key', 'a=b=='],
      ],
    );
  });

  it('takes buckets and prefixes apart, and hides what a URL knows', () => {
    const of = (url: string): unknown => bucketAndPrefix({ name: 'r', url, options: {} });
    assert.deepEqual(of('s3://bucket'), { bucket: 'bucket', prefix: '' });
    assert.deepEqual(of('s3://bucket//a/b//'), { bucket: 'bucket', prefix: 'a/b/' });
    assert.throws(() => of('s3://'), { code: 'remote-setting' });
    const url = new URL('https://ann:secret@host:81/a%20b/?sig=token');
    assert.equal(urlLabel(url), 'https://host:81/a%20b');
    assert.equal(
      urlBelow(url, 'files/md5/ab/c#d').href,
      'https://host:81/a%20b/files/md5/ab/c%23d?sig=token',
    );
  });

  it('says of any answer of SFTP what it is, or that it ends too early', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
        const reader = new SftpReader(Buffer.from(bytes));
        try {
          reader.attributes();
          reader.text();
        } catch (error) {
          assert.ok(error instanceof RangeError);
        }
      }),
    );
  });

  it('knows from the words of ssh what went wrong', () => {
    const code = (words: string): string => sshFailure('ssh://h', 'h', words).code;
    assert.equal(
      code('@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.'),
      'remote-host-key',
    );
    assert.equal(
      code('No ED25519 host key is known for h and you have requested strict checking.\r\n'),
      'remote-host-key',
    );
    assert.equal(code('ann@h: Permission denied (publickey).'), 'remote-access-denied');
    assert.equal(code('subsystem request failed on channel 0'), 'remote-refused');
    assert.equal(code('ssh: connect to host h port 22: Connection refused'), 'remote-unreachable');
    assert.equal(code(''), 'remote-unreachable');
  });

  it('hashes an object the same in whatever pieces it arrives, and may be asked at any time', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 2000 }),
        fc.constant(Buffer.from('text\r\n')),
        fc.constant(Buffer.alloc(700_000, 'a\r\n')),
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(pieces, fc.constantFrom('md5' as const, 'md5-dos2unix' as const), (parts, algorithm) => {
        const hash = arrivalHash(algorithm);
        for (const part of parts) {
          hash.update(part);
          hash.digest();
        }
        const all = Buffer.concat(parts);
        const whole = new Dos2UnixHash();
        for (let at = 0; at < all.length; at += 1 << 20) whole.update(all.subarray(at, at + (1 << 20)));
        const { md5, olderMd5 } = whole.digest();
        const wanted = algorithm === 'md5' ? [createHash('md5').update(all).digest()] : [md5, olderMd5];
        for (const value of wanted.map(one => one.toString('hex')))
          assert.ok(hash.proves({ algorithm, value: `${value}.dir` }));
        assert.ok(!hash.proves({ algorithm, value: '0'.repeat(32) }));
      }),
      { numRuns: 8 },
    );
  });

  it('tries again what may pass, counts anew after progress, and nothing that is final', async () => {
    const patience = { tries: 3, firstWaitMs: 1 };
    let tries = 0;
    const failing = (progress: boolean) => (progressed: () => void) => {
      tries += 1;
      if (progress && tries < 10) progressed();
      return Promise.reject(remoteTrouble('r', 'x'));
    };
    await assert.rejects(withRetries(failing(false), patience), { code: 'remote-unreachable' });
    assert.equal(tries, 3);
    tries = 0;
    await assert.rejects(withRetries(failing(true), patience));
    assert.equal(tries, 11);
    tries = 0;
    const final = (): Promise<never> => {
      tries += 1;
      return Promise.reject(remoteRefused('r', 'no'));
    };
    await assert.rejects(withRetries(final, patience), { code: 'remote-refused' });
    assert.equal(tries, 1);
    const far = remoteTrouble('r', 'x', { retryAfterMs: 3_600_000 });
    await assert.rejects(
      withRetries(() => Promise.reject(far), patience),
      { code: 'remote-unreachable' },
    );
  });

  it('waits as long as the remote asks', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      let tries = 0;
      const done = withRetries(
        () => {
          tries += 1;
          return tries > 1
            ? Promise.resolve('done')
            : Promise.reject(remoteTrouble('r', 'x', { retryAfterMs: 5_000 }));
        },
        { tries: 3, firstWaitMs: 1 },
      );
      const settle = (): Promise<void> => new Promise(resolve => void setImmediate(resolve));
      await settle();
      mock.timers.tick(4_999);
      await settle();
      assert.equal(tries, 1);
      mock.timers.tick(1);
      assert.equal(await done, 'done');
    } finally {
      mock.timers.reset();
    }
  });

  it('asks for each of few objects, and lists where that takes fewer requests', async () => {
    const value = (index: number): string => createHash('md5').update(String(index)).digest('hex');
    const stored = new Map(Array.from({ length: 3000 }, (_, index) => [value(index), index]));
    let asked = 0;
    let lists = 0;
    const store = {
      concurrency: 8,
      size: (key: string) => {
        asked += 1;
        return Promise.resolve(stored.get(key.slice(10).replace('/', '')));
      },
      async *list(prefix: string) {
        lists += 1;
        await Promise.resolve();
        for (const [found, size] of stored) {
          const key = `files/md5/${found.slice(0, 2)}/${found.slice(2)}`;
          if (key.startsWith(prefix)) yield { key, size };
        }
      },
    } as unknown as ObjectStore;
    const items = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        id: { algorithm: 'md5' as const, value: value(index * 2) },
      }));
    assert.equal((await findPresent(store, items(10))).size, 10);
    assert.deepEqual([asked, lists], [10, 0]);
    asked = 0;
    const found = await findPresent(store, items(2000));
    assert.equal(found.size, 1500);
    assert.equal(found.get(`files/md5/${value(2).slice(0, 2)}/${value(2).slice(2)}`), 2);
    assert.equal(asked, 0);
    assert.ok(lists <= 257, String(lists));
  });
});
