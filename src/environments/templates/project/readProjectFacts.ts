/** Reads all that a project says about its environment. Invariant: one bad file costs that file, by name. */
import { readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import type { FileFacts, ProjectFacts, WantedPackage } from './projectFacts.ts';
import { readCondaEnvironment } from './readCondaEnvironment.ts';
import { readImports } from './readImports.ts';
import { readProjectText, UnreadError } from './readProjectText.ts';
import { readRequirementsFile } from './readRequirementsFile.ts';
import { readSetupCfg } from './readSetupCfg.ts';
import { readPipfile, readPyproject, readUvLock } from './readTomlFiles.ts';

const readers: Readonly<Record<string, (text: string, file: string) => FileFacts>> = {
  'uv.lock': readUvLock,
  'pyproject.toml': readPyproject,
  'environment.yml': readCondaEnvironment,
  'environment.yaml': readCondaEnvironment,
  'setup.cfg': readSetupCfg,
  Pipfile: readPipfile,
};

/** So many requirement files and scripts are looked at; the rest is no part of the answer. */
const mostFiles = 50;

/** @param root Absolute. */
export async function readProjectFacts(root: string, signal?: AbortSignal): Promise<ProjectFacts> {
  const names = (await readdir(root, { withFileTypes: true }))
    .filter(entry => !entry.isDirectory())
    .map(({ name }) => name)
    .sort();
  const found: { file: string; facts: FileFacts }[] = [];
  const unread: { file: string; why: string }[] = [];
  const imports = new Map<string, string>();

  const attempt = async (file: string, read: (text: string) => void): Promise<void> => {
    signal?.throwIfAborted();
    try {
      const text = await readProjectText(root, file);
      if (text !== undefined) read(text);
    } catch (error) {
      if (!(error instanceof UnreadError)) throw error;
      unread.push({ file, why: error.message });
    }
  };

  await attempt('.python-version', text => {
    const version = /^\s*(?:cpython-|python)?(\d+\.\d+)/m.exec(text)?.[1];
    if (version !== undefined) found.push({ file: '.python-version', facts: { python: `==${version}.*` } });
  });
  for (const [file, read] of Object.entries(readers))
    if (names.includes(file)) await attempt(file, text => found.push({ file, facts: read(text, file) }));

  // Files that requirements include are read as often as they are named once.
  const waiting = names.filter(name => /^requirements.*\.txt$/.test(name)).sort(mainFirst);
  const seen = new Set<string>();
  const main = new Set(['requirements.txt']);
  for (let file = waiting.shift(); file !== undefined && seen.size < mostFiles; file = waiting.shift()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const here = file;
    await attempt(here, text => {
      const { requirements, includes, indexes, hashed } = readRequirementsFile(text);
      const packages = requirements.map((one): WantedPackage => ({
        ...one,
        file: here,
        optional: !main.has(here),
      }));
      found.push({ file: here, facts: { packages, indexes, hashed: hashed && main.has(here) } });
      for (const include of includes) {
        if (/^[a-z]+:/i.test(include)) continue;
        const path = posix.join(posix.dirname(here), include);
        if (main.has(here)) main.add(path);
        waiting.unshift(path);
      }
    });
  }
  for (const script of names.filter(name => name.endsWith('.py')).slice(0, mostFiles))
    await attempt(script, text => {
      for (const name of readImports(text)) if (!imports.has(name)) imports.set(name, script);
    });

  return {
    packages: found.flatMap(({ facts }) => facts.packages ?? []),
    python: found.flatMap(({ file, facts }) =>
      facts.python === undefined ? [] : [{ specifier: facts.python, file }],
    ),
    indexes: found.flatMap(({ file, facts }) => (facts.indexes ?? []).map(url => ({ url, file }))),
    imports,
    files: found.map(({ file }) => file),
    unread,
    hashed: found.some(({ facts }) => facts.hashed === true),
    isPackage: found.some(({ facts }) => facts.isPackage === true),
    isWorkspace: found.some(({ facts }) => facts.isWorkspace === true),
  };
}

function mainFirst(a: string, b: string): number {
  return Number(b === 'requirements.txt') - Number(a === 'requirements.txt');
}
