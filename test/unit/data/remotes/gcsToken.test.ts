import assert from 'node:assert/strict';
import { gcsToken } from '../../../../src/data/remotes/gcsToken.ts';

describe('the token for Google Cloud Storage', () => {
  const settings = { name: 'store', url: 'gs://bucket', options: { credentialpath: '/nowhere/key.json' } };

  for (const address of [
    'https://example.org',
    'https://googleapis.com.example.org',
    'https://evilgoogleapis.com',
    'http://storage.googleapis.com',
    'http://127.0.0.1:9000',
  ])
    it(`is not sent to ${address}`, async () => {
      const headers = await gcsToken(settings, 'gs://bucket', new URL(address));
      assert.deepEqual(await headers(), {});
    });

  it('is asked for where it goes to Google', async () => {
    const headers = await gcsToken(settings, 'gs://bucket', new URL('https://storage.googleapis.com'));
    await assert.rejects(headers(), { code: 'remote-credentials' });
  });
});
