/**
 * Ways in which code or files of the workspace could get into a reproduction, found before it starts: editable installs,
 * absolute paths in variables, in the command, in configuration and code that the run read. What the private checkout
 * takes care of is no escape: paths in the command and in recorded variables are moved, and what was installed for
 * editing is found in the checkout first.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { listPackages } from '../../environments/python/packages.ts';
import { findRepository } from '../../git/findRepository.ts';
import { runGit } from '../../git/runGit.ts';
import { knownValue } from '../../runs/known.ts';
import type { Code, Plan } from '../../runs/plan.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { foldersOfEnvironment } from './environmentFolders.ts';
import { folderOfPackage } from './ownPackages.ts';
import { isInside, relocatePaths } from './relocatePaths.ts';
import { wordsOf, workspaceNames } from './workspaceNames.ts';
import { pathsIn } from './pathsIn.ts';
import { isLeftAlone, movedVariables } from './reproducedVariables.ts';

export interface EscapeRequest {
  readonly original: RunDetails;
  /** The workspace that the store belongs to. Absolute. */
  readonly workspace: string;
  /** The environment that the reproduction is started from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** One line each, empty when nothing was found: `the variable DATA_DIR leads to /home/a/project/data`. */
export async function findEscapes(request: EscapeRequest): Promise<string[]> {
  const { original } = request;
  const { plan } = original;
  if (plan === undefined) return [];
  const search = await searchOf(plan, request);
  return [
    ...(await editableEscapes(request, plan, search)),
    ...(await pathFileEscapes(original, search)),
    ...(await wordEscapes(plan.argv, search)),
    ...(await variableEscapes(request, plan, search)),
    ...(await textEscapes(request, plan, search)),
    ...(await ignoredTextEscapes(request, plan, search)),
  ];
}

/** Names of variables that lead into the workspace, and will lead into the private checkout. */
export async function findMoved(request: EscapeRequest): Promise<string[]> {
  const { plan } = request.original;
  if (plan === undefined) return [];
  const { roots, kept } = await searchOf(plan, request);
  const move = (word: string): string => relocatePaths(word, { from: roots, to: '\0', kept });
  return Object.keys(movedVariables(request.environment, move)).sort();
}

async function searchOf(plan: Plan, { workspace, environment, original }: EscapeRequest): Promise<Search> {
  const roots = workspaceNames([plan.root, workspace], wordsOf(plan, environment));
  return { roots, kept: await foldersOfEnvironment(plan, original.captured, true) };
}

interface Search {
  /** The workspace by every name. Absolute. */
  readonly roots: readonly string[];
  /** Environments, which are used where they are. */
  readonly kept: readonly string[];
}

/**
 * Those whose folder nobody knows, so that nothing can be put before it, and those made since: the run did not have
 * them, so neither has its reproduction.
 */
async function editableEscapes(
  { original: { captured }, signal }: EscapeRequest,
  plan: Plan,
  { roots, kept }: Search,
): Promise<string[]> {
  const recorded = captured?.editable ?? [];
  const known = new Set(recorded.map(one => one.location));
  const path = captured?.pythons?.[0]?.['path'];
  const now =
    plan.environment.container === undefined && Array.isArray(path)
      ? await listPackages(path.filter(one => typeof one === 'string'))
      : [];
  signal?.throwIfAborted();
  const isInWorkspace = (folder: string): boolean =>
    roots.some(root => isInside(folder, root)) && !kept.some(one => isInside(folder, one));
  return [
    ...recorded
      .filter(one => one.location === undefined && isInWorkspace(folderOfPackage(one)))
      .map(({ name }) => `the editable install of ${name} leads into the workspace, nobody knows where`),
    ...now.flatMap(({ name, editable, location }) =>
      editable === true && location !== undefined && !known.has(location) && isInWorkspace(location)
        ? [`the editable install of ${name}, made since the run, leads to ${location}`]
        : [],
    ),
  ];
}

/** `.pth` files that lead into the workspace and that no package answers for. */
async function pathFileEscapes({ captured }: RunDetails, { roots, kept }: Search): Promise<string[]> {
  const path: unknown = captured?.pythons?.[0]?.['path'];
  const known = new Set((captured?.editable ?? []).map(one => one.location));
  const found: string[] = [];
  for (const folder of Array.isArray(path) ? path : []) {
    if (typeof folder !== 'string' || !/(?:site|dist)-packages$/.test(folder)) continue;
    const names = (await readdir(folder).catch(() => [])).filter(name => name.endsWith('.pth'));
    for (const name of names)
      for (const line of (await readFile(join(folder, name), 'utf8').catch(() => '')).split(/\r?\n/)) {
        const place = line.trim();
        const leads =
          isAbsolute(place) &&
          !known.has(place) &&
          roots.some(root => isInside(place, root)) &&
          !kept.some(one => isInside(place, one));
        if (leads) found.push(`${name} of the environment leads to ${place}`);
      }
  }
  return found;
}

/** Names of the workspace that its text does not show: a link to it. */
async function wordEscapes(words: readonly string[], search: Search): Promise<string[]> {
  const found: string[] = [];
  for (const word of words)
    for (const path of pathsIn(word)) {
      const hit = await leadsBack(path, search);
      if (hit !== undefined && !isMoved(path, search)) found.push(`${word} in the command leads to ${hit}`);
    }
  return found;
}

async function variableEscapes(
  { environment }: EscapeRequest,
  plan: Plan,
  search: Search,
): Promise<string[]> {
  const found: string[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (text === undefined || ignored.has(name) || plan.variables[name] === undefined) continue;
    const moved = !isLeftAlone(name);
    for (const path of pathsIn(text)) {
      const hit = await leadsBack(path, search);
      if (hit !== undefined && !(moved && isMoved(path, search))) {
        found.push(`the variable ${name} leads to ${hit}`);
        break;
      }
    }
  }
  return found;
}

/** Set anew for the command, or no program's concern. */
const ignored = new Set([
  ...['PWD', 'OLDPWD', 'INIT_CWD', 'VIRTUAL_ENV', 'CONDA_PREFIX', '_', 'PATH', 'VSCODE_CWD'],
]);

/** Absolute paths that stand in the configuration and the code that the run read, as it was then. */
async function textEscapes(
  { original, workspace, environment, signal }: EscapeRequest,
  plan: Plan,
  { roots }: Search,
): Promise<string[]> {
  const code = knownValue(plan.code);
  const repository = await findRepository(workspace, { ...environment }).catch(() => undefined);
  if (code === undefined || repository === undefined) return [];
  const read = textsRead(original, code, plan.root);
  if (read.length === 0) return [];
  const patterns = roots.flatMap(root => ['-e', root]);
  const outcome = await runGit(
    { repository, environment: { ...environment }, signal, settings: ['core.quotePath=false'] },
    [
      'grep',
      '-I',
      '-F',
      '-n',
      '-o',
      '-z',
      ...patterns,
      code.tree,
      '--',
      ...read.map(path => `:(literal)${path}`),
    ],
    { tolerant: true },
  );
  const lines = new Map<string, string>();
  for (const line of outcome.stdout.toString('utf8').split('\n')) {
    const [place = '', at = '', root = ''] = line.split('\0');
    const path = place.slice(place.indexOf(':') + 1);
    if (root !== '' && !lines.has(path)) lines.set(path, `${path} names ${root} in line ${at}`);
  }
  return [...lines.values()].slice(0, mostLines);
}

/** The same in files that no snapshot holds, as they are now. */
async function ignoredTextEscapes(
  { original: { captured }, workspace, signal }: EscapeRequest,
  plan: Plan,
  { roots }: Search,
): Promise<string[]> {
  const read = (captured?.inputs ?? [])
    .filter(
      ({ path, inSnapshot, size = 0 }) => inSnapshot !== true && textual.test(path) && size <= mostBytes,
    )
    .map(({ path }) => path)
    .filter(path => !isAbsolute(path) || isInside(path, plan.root))
    .slice(0, mostTexts);
  const found: string[] = [];
  for (const path of read) {
    signal?.throwIfAborted();
    const place = isAbsolute(path) ? path : join(workspace, path);
    const size = await stat(place).then(
      one => one.size,
      () => Infinity,
    );
    const lines = size > mostBytes ? [] : (await readFile(place, 'utf8').catch(() => '')).split('\n');
    const at = lines.findIndex(line => roots.some(root => line.includes(root)));
    const root = roots.find(one => lines[at]?.includes(one) === true);
    if (root !== undefined) found.push(`${path} names ${root} in line ${at + 1}`);
  }
  return found.slice(0, mostLines);
}

const mostBytes = 1024 * 1024;
const mostLines = 20;
const mostTexts = 400;

/** Configuration and code that the run read, as paths of its snapshot. */
export function textsRead({ captured }: Pick<RunDetails, 'captured'>, code: Code, root: string): string[] {
  const gaps = new Set(code.gaps.map(gap => gap.path));
  const inputs = (captured?.inputs ?? []).filter(input => input.inSnapshot === true).map(({ path }) => path);
  const sources: unknown = captured?.['code'];
  const loaded = (Array.isArray(sources) ? sources : []).flatMap(one =>
    typeof one === 'string' && isInside(one, root) ? [relative(root, one).split(sep).join('/')] : [],
  );
  return [...new Set([...inputs, ...loaded])]
    .filter(path => !isAbsolute(path) && !gaps.has(path) && textual.test(path))
    .slice(0, mostTexts);
}

const textual = /\.(?:ya?ml|json|toml|ini|cfg|conf|txt|csv|py|sh|env|properties|gin|jsonnet)$/i;

/** The path that it really is, where that lies in the workspace. */
async function leadsBack(path: string, { roots, kept }: Search): Promise<string | undefined> {
  const place = await real(path);
  if ([path, place].some(one => kept.some(folder => isInside(one, folder)))) return undefined;
  return roots.some(root => isInside(place, root)) ? place : undefined;
}

function isMoved(path: string, { roots, kept }: Search): boolean {
  return relocatePaths(path, { from: roots, to: '\0', kept }) !== path;
}

async function real(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}
