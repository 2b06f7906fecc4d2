import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mergeConda, parseCondaRecord } from '../../../../src/environments/python/condaPackages.ts';
import { parseEnvironmentConfig } from '../../../../src/environments/python/environmentConfig.ts';
import { deviceIndexes, parsePipConfiguration } from '../../../../src/environments/python/indexSettings.ts';
import {
  parsePixiLock,
  parseRequirementHashes,
  parseTomlLock,
} from '../../../../src/environments/python/projectHashes.ts';
import { parseRecord } from '../../../../src/environments/python/recordFile.ts';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

describe('files that Python tools leave', () => {
  it('uv.lock, poetry.lock, pylock.toml: hashes of each version', () => {
    const uv = `version = 1
[[package]]
name = "Ruamel.Yaml"
version = "0.18.6"
source = { registry = "https://pypi.org/simple" }
sdist = { url = "https://x/r.tar.gz", hash = "sha256:${a}", size = 1 }
wheels = [
    { url = "https://x/r.whl", hash = "sha256:${b}", size = 2 },
    { url = "https://x/r2.whl", hash = "md5:${b}" },
]
[[package]]
name = "app"
version = "0.1.0"
source = { virtual = "." }
`;
    assert.deepEqual([...parseTomlLock(uv)], [['ruamel-yaml==0.18.6', [`sha256:${a}`, `sha256:${b}`]]]);
    const poetry = `[[package]]\nname = "six"\nversion = "1.16.0"\nfiles = [\n  {file = "s.whl", hash = "sha256:${a}"},\n]\n[[package]]\r\nname = "idna"\r\nversion = "3.4"\r\n\n[metadata]\ncontent-hash = "${b}"\n`;
    assert.deepEqual([...parseTomlLock(poetry)], [['six==1.16.0', [`sha256:${a}`]]]);
    const old = `[[package]]\nname = "Six"\nversion = "1.16.0"\n\n[metadata]\nx = 1\n\n[metadata.files]\nsix = [\n    {file = "s.whl", hash = "sha256:${b}"},\n]\nother = []\n`;
    assert.deepEqual([...parseTomlLock(old)], [['six==1.16.0', [`sha256:${b}`]]]);
    const pylock = `lock-version = "1.0"\n[[packages]]\nname = "six"\nversion = "1.17.0"\nwheels = [{ name = "s.whl", hashes = { sha256 = "${a}" } }]\n`;
    assert.deepEqual([...parseTomlLock(pylock)], [['six==1.17.0', [`sha256:${a}`]]]);
  });

  it('requirements with hashes, and pixi.lock', () => {
    const text = `--index-url https://x\nsix[extra] == 1.16.0 \\\n    --hash=sha256:${a} \\\r\n    --hash=sha256:${b}\nidna>=3 --hash=sha256:${a}\nplain==1.0 # --hash\n`;
    assert.deepEqual([...parseRequirementHashes(text)], [['six==1.16.0', [`sha256:${a}`, `sha256:${b}`]]]);
    const pixi = `version: 6\npackages:\n- conda: https://c/linux-64/python-3.11.conda\n  sha256: ${b}\n- pypi: https://f/six.whl\n  name: six\n  version: 1.16.0\n  sha256: ${a}\n- pypi: ./local\n  name: app\n  version: '0.1'\n`;
    assert.deepEqual([...parsePixiLock(pixi)], [['six==1.16.0', [`sha256:${a}`]]]);
  });

  it('RECORD, with quotes and what does not belong there', () => {
    assert.deepEqual(
      parseRecord(
        'a.py,sha256=x,12\r\n"b, ""c"".py",sha256=y,\n../../bin/z,,\n\n,,\nd\\e.py,,999999999999999999\n',
      ),
      [
        { path: 'a.py', hash: 'sha256=x', size: 12 },
        { path: 'b, "c".py', hash: 'sha256=y' },
        { path: '../../bin/z', hash: '' },
        { path: 'd/e.py', hash: '' },
      ],
    );
  });

  it('conda-meta, and pip over conda', () => {
    const record = {
      name: 'numpy',
      version: '1.26.4',
      build: 'py311_0',
      channel: 'https://me:pw@c/forge',
      md5: 'c'.repeat(32),
      sha256: 'no',
    };
    const numpy = parseCondaRecord(JSON.stringify(record));
    assert.deepEqual(numpy, {
      ...{ name: 'numpy', version: '1.26.4', installer: 'conda', build: 'py311_0' },
      ...{ channel: 'https://c/forge', hashes: [`md5:${'c'.repeat(32)}`] },
    });
    for (const bad of ['', '[]', '{"name":1}', 'null']) assert.equal(parseCondaRecord(bad), undefined);
    const merged = mergeConda(
      [
        { name: 'numpy', version: '1.26.4', installer: 'conda' },
        { name: 'six', version: '2' },
      ],
      [numpy, { name: 'six', version: '1', installer: 'conda', build: '0' }],
    );
    assert.deepEqual(
      merged.map(one => [one.name, one.version, one.build]),
      [
        ['numpy', '1.26.4', 'py311_0'],
        ['six', '2', undefined],
      ],
    );
  });

  it('pip config list: only where packages come from', () => {
    const text = `global.index-url='https://i/simple'\nglobal.target='/evil'\ninstall.index-url='https://j'\ninstall.user='true'\nglobal.extra-index-url='https://a\\nhttps://b'\n:env:.cert='/c'\nglobal.cert="/it's"\n`;
    assert.deepEqual([...parsePipConfiguration(text)].sort(), [
      ['cert', "/it's"],
      ['extra-index-url', 'https://a\nhttps://b'],
      ['index-url', 'https://j'],
    ]);
    assert.deepEqual(deviceIndexes(['2.8.0+cu128', '2.8.0+cu128', '1.0', '0.2+cpu', '1+local']), [
      'https://download.pytorch.org/whl/cu128',
      'https://download.pytorch.org/whl/cpu',
    ]);
  });

  it('none of the readers fails, or finds a hash that is none, whatever the text', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '[[package]]\n',
        'name = "x"\n',
        'version = "1"\n',
        `hash = "sha256:${a}"`,
        '- pypi: y\n',
        'x==1 ',
        `--hash=sha256:${a}`,
        '"',
        ',',
        '\n',
        '[metadata.files]\n',
        'x = [',
        "global.cert='",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), words => {
        const text = words.join('');
        for (const parse of [parseTomlLock, parseRequirementHashes, parsePixiLock])
          for (const hashes of parse(text).values())
            for (const hash of hashes) assert.match(hash, /^sha256:[0-9a-f]{64}$/);
        for (const entry of parseRecord(text)) assert.notEqual(entry.path, '');
        parseEnvironmentConfig(text);
        parsePipConfiguration(text);
        parseCondaRecord(text);
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.json(), text => void parseCondaRecord(text)));
  });

  it('RECORD gives back the paths that were written, quoted as CSV', () => {
    const path = fc.stringMatching(/^[^\r\n\\]+$/).filter(one => one !== '');
    fc.assert(
      fc.property(fc.array(path), paths => {
        const text = paths.map(one => `"${one.replaceAll('"', '""')}",sha256=x,1\n`).join('');
        assert.deepEqual(
          parseRecord(text).map(one => one.path),
          paths,
        );
      }),
    );
  });
});
