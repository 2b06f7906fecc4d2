/** What is proposed for which project on which machine: each row a project, read as a table. */
import assert from 'node:assert/strict';
import { checkOptions } from '../../../../src/environments/templates/checkOptions.ts';
import { chooseTemplate } from '../../../../src/environments/templates/chooseTemplate.ts';
import type { ProposalHost } from '../../../../src/environments/templates/choice/proposalHost.ts';
import type { ProjectFacts } from '../../../../src/environments/templates/project/projectFacts.ts';
import { readRequirement } from '../../../../src/environments/templates/project/readRequirement.ts';
import { findTemplate, readTemplates } from '../../../../src/environments/templates/readTemplates.ts';

const nothing: ProjectFacts = {
  packages: [],
  python: [],
  indexes: [],
  imports: new Map(),
  files: ['requirements.txt'],
  unread: [],
  hashed: false,
  isPackage: false,
  isWorkspace: false,
};

const nvidia = (maxCuda: string, computeCapability = '9.0'): ProposalHost => ({
  maxCuda,
  gpus: [{ vendor: 'nvidia', index: 0, name: 'GPU', computeCapability }],
});
const amd: ProposalHost = { gpus: [{ vendor: 'amd', index: 0, name: 'GPU' }] };

interface Row {
  readonly wants: readonly string[];
  readonly facts?: Partial<ProjectFacts>;
  readonly host?: ProposalHost;
  /** Template, then options. */
  readonly gets: string;
  readonly says?: RegExp;
}

const rows: Record<string, Row> = {
  'nothing at all': {
    wants: [],
    facts: { files: [] },
    gets: 'python-cpu 3.12',
    says: /no file names the packages/,
  },
  'no GPU framework': {
    wants: ['numpy'],
    gets: 'python-cpu 3.12',
    says: /requirements\.txt names no GPU framework/,
  },
  'PyTorch, any': {
    wants: ['torch'],
    gets: 'pytorch-cuda 2.11.0 cu128 3.12',
    says: /any driver from 525\.60\.13 on/,
  },
  'a package that stands on PyTorch': {
    wants: ['lightning>=2'],
    gets: 'pytorch-cuda 2.11.0 cu128 3.12',
    says: /asks for lightning>=2/,
  },
  'PyTorch fixed': {
    wants: ['torch==2.7.1'],
    gets: 'pytorch-cuda 2.7.1 cu128 3.12',
    says: /2\.7\.1, because requirements\.txt fixes it/,
  },
  'PyTorch fixed to a patch release that has no row': {
    wants: ['torch==2.9.0'],
    gets: 'pytorch-cuda 2.9.0 cu128 3.12',
  },
  'PyTorch fixed to one older than all rows': {
    wants: ['torch==1.13.1'],
    gets: 'pytorch-cuda 1.13.1 pypi 3.12',
  },
  'PyTorch with a range': {
    wants: ['torch>=2.6,<2.8'],
    gets: 'pytorch-cuda 2.7.1 cu128 3.12',
    says: /goes with requirements\.txt: >=2\.6,<2\.8/,
  },
  'PyTorch newer than all rows': { wants: ['torch>=9'], gets: 'pytorch-cuda 3.12', says: /no known version/ },
  'PyTorch with a local version': { wants: ['torch==2.5.1+cu118'], gets: 'pytorch-cuda 2.5.1 cu118 3.12' },
  'PyTorch for the CPU': { wants: ['torch==2.5.1+cpu'], gets: 'python-cpu 3.12', says: /CPU build/ },
  'PyTorch from an index': {
    wants: ['torch'],
    facts: { indexes: [{ url: 'https://download.pytorch.org/whl/cu126', file: 'requirements.txt' }] },
    gets: 'pytorch-cuda 2.11.0 cu126 3.12',
    says: /cu126, because requirements\.txt names it/,
  },
  'PyTorch by hash': {
    wants: ['torch==2.9.1'],
    facts: { hashed: true },
    gets: 'pytorch-cuda 2.9.1 pypi 3.12',
    says: /by hash/,
  },
  'ROCm by its index': {
    wants: ['torch==2.9.1'],
    facts: { indexes: [{ url: 'https://download.pytorch.org/whl/rocm6.4/', file: 'pyproject.toml' }] },
    gets: 'pytorch-rocm 2.9.1 rocm6.4 3.12',
  },
  'ROCm by the GPUs': {
    wants: ['torch'],
    host: amd,
    gets: 'pytorch-rocm 2.9.1 rocm6.4 3.12',
    says: /from AMD/,
  },
  'an old driver': {
    wants: ['torch'],
    host: nvidia('12.2'),
    gets: 'pytorch-cuda 2.11.0 cu126 3.12',
    says: /up to 12\.2/,
  },
  'a driver of today': { wants: ['torch'], host: nvidia('13.0'), gets: 'pytorch-cuda 2.11.0 cu130 3.12' },
  'a driver too old for anything': {
    wants: ['torch'],
    host: nvidia('11.4'),
    gets: 'pytorch-cuda 2.11.0 cu126 3.12',
    says: /525\.60\.13 or newer/,
  },
  'a GPU before Turing': {
    wants: ['torch'],
    host: nvidia('13.0', '6.1'),
    gets: 'pytorch-cuda 2.11.0 cu126 3.12',
  },
  'a GPU from Blackwell on': {
    wants: ['torch'],
    host: nvidia('12.8', '12.0'),
    gets: 'pytorch-cuda 2.11.0 cu128 3.12',
  },
  JAX: { wants: ['flax', 'jax>=0.9'], gets: 'jax-cuda 0.12.0 cuda12 3.12' },
  'JAX on Python 3.10': {
    wants: ['jax'],
    facts: { python: [{ specifier: '==3.10.*', file: '.python-version' }] },
    gets: 'jax-cuda 0.6.2 cuda12 3.10',
    says: /Python 3\.10, which goes with \.python-version/,
  },
  'JAX on a driver for CUDA 13': {
    wants: ['jax'],
    host: nvidia('13.0'),
    gets: 'jax-cuda 0.12.0 cuda13 3.12',
  },
  TensorFlow: { wants: ['tensorflow~=2.18'], gets: 'tensorflow-cuda 2.21.0 3.12' },
  'TensorFlow on a driver too old': {
    wants: ['tensorflow'],
    host: nvidia('11.8'),
    gets: 'tensorflow-cuda 2.21.0 3.12',
    says: /525/,
  },
  'two frameworks': {
    wants: ['tensorflow', 'torch'],
    gets: 'pytorch-cuda 2.11.0 cu128 3.12',
    says: /TensorFlow, too/,
  },
  'imports alone': {
    wants: ['numpy'],
    facts: { imports: new Map([['jax', 'train.py']]) },
    gets: 'jax-cuda 0.12.0 cuda12 3.12',
    says: /train\.py imports jax/,
  },
  'Pythons that contradict each other': {
    wants: [],
    facts: {
      python: [
        { specifier: '==3.11.*', file: '.python-version' },
        { specifier: '>=3.12', file: 'pyproject.toml' },
      ],
    },
    gets: 'python-cpu 3.11',
    says: /none that fits all/,
  },
  'a Python that no template has': {
    wants: ['torch'],
    facts: { python: [{ specifier: '<3.9', file: 'setup.cfg' }] },
    gets: 'pytorch-cuda 2.11.0 cu128 3.12',
    says: /although setup\.cfg/,
  },
  'a patch release of Python': {
    wants: [],
    facts: { python: [{ specifier: '>=3.12.3,<3.13', file: 'pyproject.toml' }] },
    gets: 'python-cpu 3.12',
  },
  'conda alone': {
    wants: [],
    facts: { files: ['environment.yml'] },
    gets: 'python-cpu 3.12',
    says: /environment\.yml is not installed/,
  },
};

describe('the proposal for a project', () => {
  for (const [name, { wants, facts, host, gets, says }] of Object.entries(rows))
    it(name, async () => {
      const packages = wants.map(text => ({
        ...(readRequirement(text) ?? assert.fail(text)),
        file: 'requirements.txt',
        optional: false,
      }));
      const proposal = chooseTemplate({ ...nothing, packages, ...facts }, host);
      const { pythonVersion, ...others } = proposal.options;
      const said = [...proposal.reasons, ...proposal.notes].join('\n');
      assert.equal([proposal.template, ...Object.values(others), pythonVersion].join(' '), gets, said);
      if (says !== undefined) assert.match(said, says);
      // Whatever is proposed can be made.
      checkOptions(findTemplate(await readTemplates(), proposal.template), proposal.options);
    });
});
