/** Reads a project's devcontainer.json: found, parsed with places, checked for what is used, with hints for the rest. */
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { nearestWord } from '../../runs/nearestWord.ts';
import { devcontainerSchema, knownProperties } from './devcontainerSchema.ts';
import type { DevcontainerConfig } from './devcontainerSchema.ts';
import { configAmbiguous, configBroken, configMissing, configNamed, configUnreadable } from './errors.ts';
import { findDevcontainers } from './findDevcontainers.ts';
import { parseJsonc } from './parseJsonc.ts';
import type { ParsedJsonc } from './parseJsonc.ts';

/** Something in the file that works, but most likely not as it was meant. */
export interface ConfigHint {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Devcontainer {
  /** The project's root, absolute. */
  readonly root: string;
  /** devcontainer.json relative to the root, forward slashes. */
  readonly config: string;
  /** The same, absolute. */
  readonly path: string;
  /** The file as it is. */
  readonly text: string;
  readonly value: DevcontainerConfig;
  /** `name`, else the name of the project's folder. */
  readonly name: string;
  readonly kind: 'image' | 'dockerfile' | 'compose';
  readonly hints: readonly ConfigHint[];
}

/**
 * `config` (relative to the root, or absolute) chooses where there are several. Throws `devcontainer-missing`,
 * `devcontainer-ambiguous`, `devcontainer-unreadable`, or `devcontainer-broken` with line and column.
 */
export async function readDevcontainer(root: string, config?: string): Promise<Devcontainer> {
  const path = join(root, await chosen(root, config));
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw configUnreadable(path, cause);
  });
  return parseDevcontainer(root, path, text);
}

/** The pure part of {@link readDevcontainer}. `path` is absolute. */
export function parseDevcontainer(root: string, path: string, text: string): Devcontainer {
  const config = relative(root, path).split(sep).join('/');
  const parsed = parseJsonc(text);
  const [first] = parsed.problems;
  if (first !== undefined) throw configBroken(config, first);
  const checked = devcontainerSchema.safeParse(parsed.value);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const where = (issue?.path ?? []).filter(part => typeof part !== 'symbol');
    throw configBroken(config, {
      ...parsed.placeOf(where),
      what: `${where.length === 0 ? 'the file' : where.join('.')} is not what it has to be${expectation(issue)}`,
    });
  }
  const value = checked.data;
  const kind =
    value.dockerComposeFile !== undefined
      ? 'compose'
      : (value.build?.dockerfile ?? value.dockerFile) !== undefined
        ? 'dockerfile'
        : value.image !== undefined
          ? 'image'
          : undefined;
  if (kind === undefined)
    throw configBroken(config, {
      ...parsed.placeOf([]),
      what: 'it names no "image", no "build.dockerfile" and no "dockerComposeFile"',
    });
  if (kind === 'compose' && value.service === undefined)
    throw configBroken(config, {
      ...parsed.placeOf(['dockerComposeFile']),
      what: 'it names a Compose file, but no "service" of it',
    });
  const name = value.name ?? basename(root);
  return { root, config, path, text, value, name, kind, hints: hintsOf(value, parsed) };
}

/** Where `build.context` and the Dockerfile lie, absolute; undefined where nothing is built from a Dockerfile. */
export function buildPlaces(
  devcontainer: Devcontainer,
): { readonly dockerfile: string; readonly context: string } | undefined {
  const { value, path } = devcontainer;
  const dockerfile = value.build?.dockerfile ?? value.dockerFile;
  if (dockerfile === undefined) return undefined;
  const folder = dirname(path);
  return {
    dockerfile: resolve(folder, dockerfile),
    context: resolve(folder, value.build?.context ?? value.context ?? '.'),
  };
}

async function chosen(root: string, config: string | undefined): Promise<string> {
  const found = await findDevcontainers(root);
  if (config === undefined) {
    const [only, ...others] = found;
    if (only === undefined) throw configMissing(root);
    if (others.length > 0) throw configAmbiguous(found);
    return only;
  }
  const given = isAbsolute(config) ? await insideRoot(root, config) : config.replaceAll('\\', '/');
  const named = found.find(
    path => path === given.replace(/^\.\//, '') || path === `.devcontainer/${given}/devcontainer.json`,
  );
  if (named === undefined) throw configNamed(config, found);
  return named;
}

async function insideRoot(root: string, path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  return relative(await realpath(root).catch(() => root), real)
    .split(sep)
    .join('/');
}

function expectation(issue: { message: string } | undefined): string {
  return issue === undefined ? '' : `: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}

function hintsOf(value: DevcontainerConfig, parsed: ParsedJsonc): ConfigHint[] {
  const hints: ConfigHint[] = [];
  for (const name of Object.keys(value)) {
    if (knownProperties.includes(name)) continue;
    const near = nearestWord(name, knownProperties);
    hints.push({
      ...parsed.placeOf([name]),
      message: `"${name}" is no property of devcontainer.json, so nothing reads it.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
    });
  }
  (value.runArgs ?? []).forEach((word, index) => {
    const option = /^(--?[a-z][\w-]*) +(\S.*)$/.exec(word);
    if (option === null) return;
    hints.push({
      ...parsed.placeOf(['runArgs', index]),
      message: `"${word}" is one word to the engine, which knows no such option. Write "${option[1] ?? ''}", "${option[2] ?? ''}".`,
    });
  });
  return hints.sort((a, b) => a.line - b.line || a.column - b.column);
}
