import assert from 'node:assert/strict';
import fc from 'fast-check';
import { askedHosts, ownNames } from '../../../../src/execution/capture/askedHosts.ts';

const table: readonly (readonly [string, number, string | undefined])[] = [
  ['data.example.org', 443, 'data.example.org'],
  ['Data.Example.org.', 80, 'data.example.org'],
  ['db.example.org', 5432, 'db.example.org:5432'],
  ['huggingface.co', 443, 'huggingface.co'],
  ['wandb.ai.example.org', 443, 'wandb.ai.example.org'],
  ['notwandb.ai', 443, 'notwandb.ai'],
  ['bucket_name.s3.amazonaws.com', 443, 'bucket_name.s3.amazonaws.com'],
  ['10.0.0.7', 8080, '10.0.0.7:8080'],
  ['2001:db8::7', 8080, '[2001:db8::7]:8080'],
  ['store', 9000, 'store:9000'],
  ['bücher.example', 443, 'xn--bcher-kva.example'],
  ['::ffff:10.0.0.5', 8080, '10.0.0.5:8080'],
  ['fe80::1%eth0', 8080, '[fe80::1]:8080'],
  ['::2', 443, '::2'],
  // They only take what they are told, or say who the machine is.
  ['api.wandb.ai', 443, undefined],
  ['o1.ingest.sentry.io', 443, undefined],
  ['pypi.org', 443, undefined],
  ['8.8.8.8', 53, undefined],
  ['169.254.169.254', 80, undefined],
  ['metadata.google.internal', 80, undefined],
  // No names of hosts.
  ['', 80, undefined],
  ['a b', 80, undefined],
  ['a\u001b[31m', 80, undefined],
  ['<b>', 80, undefined],
  ['x'.repeat(254), 80, undefined],
];

describe('the hosts whose answers may decide a run', () => {
  for (const [host, port, told] of table)
    it(`${JSON.stringify(host.slice(0, 40))}, port ${port}: ${told ?? 'none'}`, () => {
      assert.deepEqual(askedHosts([{ host, port }]), told === undefined ? [] : [told]);
    });

  it('are not those of the machine itself', () => {
    const seen = ['10.0.0.5', 'train-1', 'fe80::1', 'data'].map(host => ({ host, port: 443 }));
    assert.deepEqual(askedHosts(seen, ['Train-1', '10.0.0.5', 'fe80::1']), ['data']);
    const own = ownNames();
    assert.ok(own.length > 0);
    assert.deepEqual(
      askedHosts(
        own.map(host => ({ host, port: 8080 })),
        own,
      ),
      [],
    );
  });

  it('are told once, sorted, and not without end', () => {
    const seen = Array.from({ length: 200 }, (_, index) => ({
      host: `h${index % 100}.example.org`,
      port: 443,
    }));
    const told = askedHosts(seen.reverse());
    assert.equal(told.length, 50);
    assert.deepEqual(told, [...new Set(told)].sort());
  });

  it('are plain words, whatever a program says', () => {
    const host = fc.record({
      host: fc.string({ unit: 'binary' }),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    fc.assert(
      fc.property(fc.array(host), seen => {
        for (const one of askedHosts(seen)) assert.match(one, /^[a-z0-9_.:[\]-]+$/);
      }),
    );
  });
});
