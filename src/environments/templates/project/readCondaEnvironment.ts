/** Reads `environment.yml` of conda: packages with their versions, Python's, and what pip is to install. */
import { parseDocument } from 'yaml';
import * as z from 'zod';
import type { FileFacts, WantedPackage } from './projectFacts.ts';
import { UnreadError } from './readProjectText.ts';
import { normalName, readRequirement } from './readRequirement.ts';

const environmentSchema = z.object({
  dependencies: z
    .array(
      z
        .union([z.string(), z.object({ pip: z.array(z.string()).catch([]) })])
        .or(z.unknown().transform(() => '')),
    )
    .default([]),
});

/** What conda calls otherwise. */
const pypiNames: Readonly<Record<string, string>> = {
  pytorch: 'torch',
  'pytorch-gpu': 'torch',
  'pytorch-cuda': 'pytorch-cuda',
  'tensorflow-gpu': 'tensorflow',
};

export function readCondaEnvironment(text: string, file: string): FileFacts {
  const document = parseDocument(text, { prettyErrors: false, version: '1.2' });
  const [problem] = document.errors;
  if (problem !== undefined) throw new UnreadError(`it is no YAML: ${problem.message.split('\n')[0] ?? ''}`);
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new UnreadError(String(error).split('\n')[0] ?? '');
  }
  const read = environmentSchema.safeParse(content ?? {});
  if (!read.success) throw new UnreadError('it is no environment of conda');
  const packages: WantedPackage[] = [];
  let python: string | undefined;
  for (const entry of read.data.dependencies) {
    if (typeof entry !== 'string') {
      for (const line of entry.pip) {
        const requirement = readRequirement(line);
        if (requirement !== undefined) packages.push({ ...requirement, file, optional: false });
      }
      continue;
    }
    const [name, specifier] = condaSpecifier(entry);
    if (name === 'python') python = specifier;
    else if (name !== '') packages.push({ name: pypiNames[name] ?? name, specifier, file, optional: false });
  }
  return { packages, ...(python === undefined ? {} : { python }) };
}

/** `channel::name=2.5=py3*` and `name >=2.4,<3` → name and specifiers by PEP 440. */
function condaSpecifier(entry: string): [string, string] {
  const plain = entry
    .replace(/^.*::/, '')
    .replace(/\s*#.*$/, '')
    .trim();
  const read = /^([A-Za-z0-9_.-]+)\s*(.*)$/.exec(plain);
  const [, name = '', rest = ''] = read ?? [];
  const fuzzy = /^=?\s*(\d[\w.]*?)(\.?\*)?(?:[= ].*)?$/.exec(rest);
  if (rest.startsWith('==') || fuzzy === null) return [normalName(name), rest.replace(/\s+/g, '')];
  return [normalName(name), `==${fuzzy[1] ?? ''}.*`];
}
