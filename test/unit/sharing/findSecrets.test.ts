/** Secrets in files that are about to be shared: found where they are, and not where code only speaks of them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { findSecrets, findSecretsIn, secretByName } from '../../../src/sharing/scan/findSecrets.ts';

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

  const hidden: readonly (readonly [what: string, bytes: Buffer])[] = [
    ['a line without end', Buffer.from(`{"pad": "${'y '.repeat(12_000)}", "github_token": "${github}"}`)],
    ['many MB of text', Buffer.from(`${'"x"\n'.repeat(1_200_000)}"token: ${github}"\n`)],
    ['UTF-16', Buffer.from(`\ufeffHF_TOKEN="${token}"\n`, 'utf16le')],
    ['UTF-16 the other way round', Buffer.from(`\ufeffHF_TOKEN="${token}"\n`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(`HF_TOKEN="${token}"\n`, 'utf16le')],
    ['a pickle', Buffer.from(`\0\x80\x04\x95}\x94\x8c\x05token\x94\x8c\x33${github}\x94s.`, 'latin1')],
    ['a binary with a login', Buffer.from(`\0\x01https://ana:${random}@host.example/r\0`, 'latin1')],
  ];
  for (const [what, bytes] of hidden)
    it(`are found in ${what}`, () => {
      assert.equal(findSecretsIn(bytes).length, 1);
    });

  it('are not seen in the words and numbers of a binary file', () => {
    const words = '\0task-scheduler-with-many-threads\0risk-free-something-longer\0';
    const numbers = Buffer.from(Float64Array.from({ length: 50_000 }, (_, at) => Math.sin(at)).buffer);
    for (const bytes of [Buffer.from(words), numbers]) assert.deepEqual(findSecretsIn(bytes), []);
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
