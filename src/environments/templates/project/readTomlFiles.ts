/** pyproject.toml (PEP 621, dependency groups, Poetry), uv.lock and Pipfile. Outside data: each part is checked where it is read. */
import { parse } from 'smol-toml';
import * as z from 'zod';
import type { FileFacts, WantedPackage } from './projectFacts.ts';
import { badClause, normalName, readRequirement } from './readRequirement.ts';
import { UnreadError } from './readProjectText.ts';

const texts = z.array(z.string()).catch([]);
const textLists = z.record(z.string(), texts).catch({});
/** Poetry and Pipfile: `"^2.5"` or `{ version = "^2.5", source = "…" }`. */
const versions = z
  .record(
    z.string(),
    z
      .union([z.string(), z.object({ version: z.string().default('*') }).transform(({ version }) => version)])
      .catch('*'),
  )
  .catch({});

const pyprojectSchema = z.object({
  project: z
    .object({
      dependencies: texts.default([]),
      'optional-dependencies': textLists.default({}),
      'requires-python': z.string().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  'dependency-groups': z
    .record(
      z.string(),
      z
        .array(z.unknown())
        .transform(all => all.filter(one => typeof one === 'string'))
        .catch([]),
    )
    .catch({})
    .default({}),
  'build-system': z.unknown().optional(),
  tool: z
    .object({
      poetry: z
        .object({ dependencies: versions.default({}) })
        .optional()
        .catch(undefined),
      uv: z
        .object({
          workspace: z.unknown().optional(),
          index: z
            .array(z.object({ url: z.string() }))
            .catch([])
            .default([]),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

export function readPyproject(text: string, file: string): FileFacts {
  const { project, tool, ...rest } = pyprojectSchema.parse(table(text));
  const optional = [
    ...Object.values(project?.['optional-dependencies'] ?? {}).flat(),
    ...Object.values(rest['dependency-groups']).flat(),
  ];
  const poetry = Object.entries(tool?.poetry?.dependencies ?? {});
  return {
    packages: [
      ...wanted(project?.dependencies ?? [], file, false, text),
      ...wanted(optional, file, true, text),
      ...poetry.filter(([name]) => name !== 'python').map(([name, version]) => byName(name, version, file)),
    ],
    python: project?.['requires-python'] ?? poetryPython(poetry),
    indexes: (tool?.uv?.index ?? []).map(({ url }) => url),
    isPackage: rest['build-system'] !== undefined,
    isWorkspace: tool?.uv?.workspace !== undefined,
  };
}

const uvLockSchema = z.object({
  'requires-python': z.string().optional().catch(undefined),
  package: z
    .array(
      z.object({
        name: z.string(),
        version: z.string().optional(),
        source: z.object({ registry: z.string().optional() }).catch({}).default({}),
      }),
    )
    .default([]),
});

export function readUvLock(text: string, file: string): FileFacts {
  const read = uvLockSchema.safeParse(table(text));
  if (!read.success) throw new UnreadError('it is no lock of uv');
  return {
    packages: read.data.package.map(({ name, version }) => ({
      name: normalName(name),
      specifier: version === undefined ? '' : `==${version}`,
      file,
      optional: false,
    })),
    python: read.data['requires-python'],
    indexes: [...new Set(read.data.package.flatMap(({ source }) => source.registry ?? []))],
  };
}

const pipfileSchema = z.object({
  packages: versions.default({}),
  'dev-packages': versions.default({}),
  requires: z.object({ python_version: z.string().optional() }).optional().catch(undefined),
  source: z
    .array(z.object({ url: z.string() }))
    .catch([])
    .default([]),
});

export function readPipfile(text: string, file: string): FileFacts {
  const read = pipfileSchema.parse(table(text));
  const python = read.requires?.python_version;
  return {
    packages: [
      ...Object.entries(read.packages).map(([name, version]) => byName(name, version, file)),
      ...Object.entries(read['dev-packages']).map(([name, version]) => ({
        ...byName(name, version, file),
        optional: true,
      })),
    ],
    ...(python === undefined ? {} : { python: `==${python}.*` }),
    indexes: read.source.map(({ url }) => url),
  };
}

/** Throws UnreadError with the line. */
function table(text: string): unknown {
  try {
    return parse(text, { maxDepth: 100 });
  } catch (error) {
    const { message, line } = error as Error & { line?: number };
    const what = (message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
    throw new UnreadError(line === undefined ? `it is no TOML: ${what}` : `line ${line}: ${what}`);
  }
}

/** Throws UnreadError with the line of a requirement that installers would refuse. @param text Of the file. */
function wanted(
  requirements: readonly string[],
  file: string,
  optional: boolean,
  text: string,
): WantedPackage[] {
  return requirements.flatMap(requirement => {
    const read = readRequirement(requirement);
    if (read === undefined) return [];
    const bad = badClause(read.specifier);
    if (bad === undefined) return [{ ...read, file, optional }];
    const line = text.split('\n').findIndex(one => one.includes(requirement)) + 1;
    throw new UnreadError(
      `${line === 0 ? '' : `line ${line}: `}${requirement} asks for no version that there can be (${bad})`,
    );
  });
}

function byName(name: string, version: string, file: string): WantedPackage {
  return { name: normalName(name), specifier: fromPoetry(version), file, optional: false };
}

function poetryPython(poetry: readonly (readonly [string, string])[]): string | undefined {
  const python = poetry.find(([name]) => name === 'python')?.[1];
  return python === undefined ? undefined : fromPoetry(python);
}

/** Poetry's `^2.5` and `~2.5`, and its bare `2.5`, as PEP 440. */
export function fromPoetry(version: string): string {
  return version
    .split(',')
    .map(part => {
      const text = part.trim();
      if (text === '*' || text === '' || text === 'latest') return '';
      const caret = /^\^\s*(\d+(?:\.\d+)*)/.exec(text)?.[1];
      if (caret !== undefined) return `>=${caret},<${above(caret, firstNonZero(caret))}`;
      const tilde = /^~\s*(\d+(?:\.\d+)*)/.exec(text)?.[1];
      if (tilde !== undefined) return `>=${tilde},<${above(tilde, Math.min(1, tilde.split('.').length - 1))}`;
      return /^\d/.test(text) ? `==${text}` : text.replace(/\s+/g, '');
    })
    .filter(part => part !== '')
    .join(',');
}

function firstNonZero(version: string): number {
  const at = version.split('.').findIndex(number => Number(number) !== 0);
  return at < 0 ? 0 : at;
}

/** `version` with the number at `place` one higher, and nothing behind it. */
function above(version: string, place: number): string {
  const numbers = version.split('.').map(Number);
  return [...numbers.slice(0, place), (numbers[place] ?? 0) + 1].join('.');
}
