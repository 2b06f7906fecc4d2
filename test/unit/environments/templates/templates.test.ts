/** The templates that are shipped: their layout, what they share, and that every combination offered is one that exists. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, type ParseError } from 'jsonc-parser';
import { checkOptions } from '../../../../src/environments/templates/checkOptions.ts';
import { findTemplate, readTemplates } from '../../../../src/environments/templates/readTemplates.ts';
import { substituteOptions } from '../../../../src/environments/templates/substituteOptions.ts';
import type { Template } from '../../../../src/environments/templates/template.ts';
import {
  cudaOf,
  driverRuns,
  frameworkTables,
  minimumDrivers,
} from '../../../../src/environments/templates/versions.ts';

describe('the shipped templates', () => {
  let templates: Template[];
  before(async () => {
    templates = await readTemplates();
  });

  it('are these, each in a folder of its id', () => {
    assert.deepEqual(
      templates.map(({ id, folder }) => [id, folder.endsWith(id)]),
      ['jax-cuda', 'python-cpu', 'pytorch-cuda', 'pytorch-rocm', 'tensorflow-cuda'].map(id => [id, true]),
    );
    assert.throws(() => findTemplate(templates, 'pytorch-cdua'), {
      code: 'template-not-found',
      message: /pytorch-cuda\?/,
    });
  });

  it('use their own options, all of them, and name no other', async () => {
    for (const { folder, options } of templates) {
      const used = new Set<string>();
      for (const file of await readdir(join(folder, '.devcontainer'))) {
        const text = await readFile(join(folder, '.devcontainer', file), 'utf8');
        for (const [, name = ''] of text.matchAll(/\$\{templateOption:\s*(\w+?)\s*\}/g)) used.add(name);
      }
      assert.deepEqual([...used].sort(), Object.keys(options).sort(), folder);
    }
  });

  it('become a devcontainer.json that can be read, GPUs optional where there are any', async () => {
    for (const template of templates) {
      const text = await readFile(join(template.folder, '.devcontainer', 'devcontainer.json'), 'utf8');
      const errors: ParseError[] = [];
      const config = parse(substituteOptions(text, checkOptions(template, {})), errors, {
        allowTrailingComma: true,
      }) as {
        hostRequirements?: unknown;
        remoteUser?: unknown;
        runArgs: string[];
        mounts: string[];
      };
      assert.deepEqual(errors, []);
      assert.deepEqual(
        config.hostRequirements,
        template.id === 'python-cpu' ? undefined : { gpu: 'optional' },
      );
      assert.equal(config.remoteUser, 'vscode');
      const dockerfile = await readFile(join(template.folder, '.devcontainer', 'Dockerfile'), 'utf8');
      const installed = /install -d -m 1777 (.*) \\/.exec(dockerfile)?.[1]?.split(' ');
      assert.deepEqual(
        config.mounts.map(mount => /target=([^,]+)/.exec(mount)?.[1]),
        installed,
        template.id,
      );
    }
  });

  it('share the files that are the same in all', async () => {
    for (const file of ['install-project.sh', 'Dockerfile.dockerignore']) {
      const texts = await Promise.all(
        templates.map(({ folder }) => readFile(join(folder, '.devcontainer', file), 'utf8')),
      );
      assert.equal(new Set(texts).size, 1, file);
    }
  });

  it('say the default of each option in their README', async () => {
    for (const { folder, options } of templates) {
      const readme = await readFile(join(folder, 'README.md'), 'utf8');
      for (const [name, { default: value }] of Object.entries(options))
        assert.ok(
          readme
            .split('\n')
            .some(line => line.startsWith(`| \`${name}\``) && line.includes(`\`${value || ' '}\``)),
          name,
        );
      assert.ok(readme.endsWith(await readFile(join(folder, 'NOTES.md'), 'utf8')), folder);
    }
  });

  it('have tables whose every row can be chosen, and whose CUDA has a driver', () => {
    for (const [id, { versionOption, variantOption, versions }] of Object.entries(frameworkTables)) {
      const template = findTemplate(templates, id);
      for (const row of versions)
        for (const variant of variantOption === undefined ? [undefined] : row.variants)
          for (const python of row.python.filter(one =>
            template.options['pythonVersion']?.enum?.includes(one),
          )) {
            const given = {
              [versionOption]: row.version,
              pythonVersion: python,
              ...(variantOption === undefined || variant === undefined ? {} : { [variantOption]: variant }),
            };
            const { [versionOption]: version, pythonVersion } = checkOptions(template, given);
            assert.deepEqual([version, pythonVersion], [row.version, python]);
            const cuda = cudaOf(row, variant);
            if (cuda !== undefined)
              assert.ok(minimumDrivers[cuda.split('.')[0] ?? ''], `${id} ${variant ?? ''}`);
          }
    }
    assert.equal(driverRuns('12.8', '12.2'), true);
    assert.equal(driverRuns('13.0', '12.9'), false);
  });

  const refused: [string, Record<string, string>, string, RegExp][] = [
    ['pytorch-cuda', { torch: '2.9.1' }, 'template-option-unknown', /torchVersion\?/],
    ['pytorch-cuda', { pythonVerson: '3.12' }, 'template-option-unknown', /pythonVersion\?/],
    ['pytorch-cuda', { constructor: 'x' }, 'template-option-unknown', /constructor/],
    ['pytorch-cuda', { cuda: 'cu129x' }, 'template-value-wrong', /cu129\?/],
    [
      'pytorch-cuda',
      { torchVersion: '2.11.0', cuda: 'cu118' },
      'template-combination-missing',
      /no wheels for cu118/,
    ],
    [
      'pytorch-cuda',
      { torchVersion: '2.8.0', pythonVersion: '3.14' },
      'template-combination-missing',
      /Python 3\.14/,
    ],
    ['jax-cuda', { jaxVersion: '0.6.2', cuda: 'cuda13' }, 'template-combination-missing', /cuda13/],
    [
      'jax-cuda',
      { cuda: 'cuda13', pythonVersion: '3.10' },
      'template-combination-missing',
      /Python 3\.10 with cuda13/,
    ],
    ['python-cpu', { baseImage: 'x\nRUN evil' }, 'template-value-wrong', /baseImage/],
    ['python-cpu', { sharedMemory: '8g", "--privileged' }, 'template-value-wrong', /sharedMemory/],
    ['python-cpu', { debianPackages: 'a; rm -rf /' }, 'template-value-wrong', /debianPackages/],
  ];
  for (const [id, given, code, message] of refused)
    it(`refuse ${JSON.stringify(given)} of ${id}`, () => {
      assert.throws(() => checkOptions(findTemplate(templates, id), given), { code, message, kind: 'usage' });
    });

  const completed: [string, Record<string, string>, Record<string, string>][] = [
    ['pytorch-cuda', {}, { torchVersion: '2.11.0', cuda: 'cu128', pythonVersion: '3.12' }],
    ['pytorch-cuda', { cuda: 'cu118' }, { torchVersion: '2.7.1', cuda: 'cu118', pythonVersion: '3.12' }],
    ['pytorch-cuda', { torchVersion: '2.13.0' }, { torchVersion: '2.13.0', cuda: 'cu126' }],
    ['pytorch-cuda', { torchVersion: '2.9.0' }, { torchVersion: '2.9.0', cuda: 'cu128' }],
    ['pytorch-cuda', { torchVersion: '3.0.0' }, { torchVersion: '3.0.0', cuda: 'pypi' }],
    ['jax-cuda', { pythonVersion: '3.10' }, { jaxVersion: '0.6.2', cuda: 'cuda12' }],
    ['tensorflow-cuda', { pythonVersion: '3.13' }, { tensorflowVersion: '2.20.0' }],
    ['python-cpu', { imageVariant: `slim-bookworm@sha256:${'0'.repeat(64)}` }, { pythonVersion: '3.12' }],
  ];
  for (const [id, given, expected] of completed)
    it(`complete ${JSON.stringify(given)} of ${id}`, () => {
      const values = checkOptions(findTemplate(templates, id), given);
      assert.deepEqual({ ...values, ...expected }, values);
    });
});
