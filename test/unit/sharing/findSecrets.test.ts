/** Secrets in files that are about to be shared: found where they are, and not where code only speaks of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findSecrets, secretByName } from '../../../src/sharing/scan/findSecrets.ts';

// Put together, so that no scanner of anybody takes this file for what it tests.
const token = `hf_${'aB3dE5gH7j'.repeat(3)}`;
const github = `ghp_${'x1Y2z3A4b5'.repeat(4)}`;
const random = 'q8Zr2LkP0vTn5Wy7';

const secret: readonly (readonly [text: string, what: RegExp])[] = [
  [`login(token="${token}")`, /token/],
  [`# ${github}`, /token/],
  [`API_KEY = "${random}"`, /API_KEY/],
  [`{"client_secret": "${random}"}`, /client_secret/],
  [`password: '${random}'`, /password/],
  [`export WANDB_API_KEY=${random}${random}`, /WANDB_API_KEY/],
  [`git clone https://ana:${random}@host.example/r.git`, /login/],
  [['-----BEGIN RSA', 'PRIVATE KEY-----'].join(' '), /private key/],
  [['aws_access_key_id = AKIA', 'ABCDEFGH12345678'].join(''), /token/],
];

const harmless: readonly string[] = [
  'token = tokenizer.encode(text)',
  'model(token=token, password=password)',
  'api_key = os.environ["API_KEY"]',
  'secret = getpass.getpass()',
  'password: "your-password-here"',
  'API_KEY=<put yours here>',
  'pad_token = "<pad>"',
  'tokens = 123456789012',
  'https://user:password@host.example/ is the form',
  'sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
  'key = config.server.secret_key',
  'def refresh_token(session): return session.refresh_token',
];

describe('secrets in what is shared', () => {
  for (const [text, what] of secret)
    it(`are found in ${text.slice(0, 24)}…`, () => {
      const found = findSecrets(`first line\n${text}\n`);
      assert.equal(found.length, 1, JSON.stringify(found));
      assert.equal(found[0]?.line, 2);
      const said = found.map(one => one.what).join();
      assert.match(said, what);
      // Who reads the message need not see the secret.
      assert.ok(![random, token, github].some(value => said.includes(value)));
    });

  for (const text of harmless)
    it(`are not seen in ${text}`, () => {
      assert.deepEqual(findSecrets(text), []);
    });

  it('are known by the names of files, too', () => {
    for (const path of ['.env', 'conf/.env.local', '.netrc', 'keys/id_rsa', 'kaggle.json', 'a/b.p12'])
      assert.ok(secretByName(path), path);
    for (const path of ['.env.example', 'env.py', 'train.py', 'certs/ca.pem', 'id_rsa.pub'])
      assert.equal(secretByName(path), undefined, path);
  });

  it('are looked for in any text without failing, and in little time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), text => {
        for (const { line } of findSecrets(text)) assert.ok(line >= 1);
      }),
    );
    // Lines that a careless expression would take for ever with.
    findSecrets([`a${'='.repeat(19_000)}`, 'key:'.repeat(4_900), `token=${'a1'.repeat(9_000)}`].join('\n'));
  });
});
