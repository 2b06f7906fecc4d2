/**
 * The outputs of the stages of a `dvc.yaml`, with the hashes that its `dvc.lock` holds. Stages made by `foreach` or
 * `matrix`, and paths with variables, are known by what the lock says of them: what never ran has no path yet.
 * Source: dvc `stage/loader.py` (`fill_from_lock`), `output.py` (`load_from_pipeline`), `schema.py`.
 */
import type { DataProblem, PinnedOutput } from '../pinnedOutput.ts';
import { readYaml, type YamlMap, type YamlNode } from '../yaml/readYaml.ts';
import { pinPath } from './pinPath.ts';
import type { PinFileContent } from './readPinFile.ts';
import {
  isNull,
  readBoolean,
  readList,
  readOutputContent,
  readText,
  type OutputContent,
  type Tell,
} from './readOutput.ts';

/** An output as `dvc.yaml` defines it. */
interface DefinedOutput {
  /** As written, variables and all. */
  readonly path: string;
  readonly flags: YamlMap | undefined;
  readonly at: number;
}

/** An output as `dvc.lock` holds it. */
interface LockedOutput {
  readonly path: string;
  readonly entry: YamlMap;
}

export function readPipeline(text: string, path: string, lock: string | undefined): PinFileContent {
  const yaml = readYaml(text);
  const problems: DataProblem[] = yaml.problems.map(problem => ({ path, ...problem }));
  const tell: Tell = (what, at) => void problems.push({ path, ...yaml.position(at), what });
  const outputs: PinnedOutput[] = [];
  if (yaml.root === undefined || isNull(yaml.root)) return { outputs, problems };
  if (yaml.root.kind !== 'map') {
    tell('this is no pipeline', yaml.root.at);
    return { outputs, problems };
  }
  const stages = yaml.root.entries.get('stages');
  if (stages === undefined || isNull(stages)) return { outputs, problems };
  if (stages.kind !== 'map') {
    tell('stages must be a mapping', stages.at);
    return { outputs, problems };
  }
  const locked = readLockedStages(lock, path.replace(/\.ya?ml$/, '.lock'), problems);
  const folder = folderOf(path);
  for (const [name, node] of stages.entries) {
    if (node.kind !== 'map') {
      tell(`the stage ${name} must be a mapping`, node.at);
      continue;
    }
    for (const stage of concreteStages(name, node, locked))
      outputs.push(...readStage(stage, { path, folder, tell, lockTell: locked.tell }));
  }
  return { outputs, problems };
}

/** The folder, relative to the data root ('' for the root), that the paths of a stage start from; undefined where there is no such stage, or variables hide it. */
export function stageFolder(text: string, path: string, stage: string): string | undefined {
  const root = readYaml(text).root;
  const stages = root?.kind === 'map' ? root.entries.get('stages') : undefined;
  if (stages?.kind !== 'map') return undefined;
  const at = stage.lastIndexOf('@');
  const own = stages.entries.get(stage);
  const node = own ?? (at < 0 ? undefined : stages.entries.get(stage.slice(0, at)));
  if (node?.kind !== 'map') return undefined;
  const made = node.entries.get('do');
  const body = own === undefined && made?.kind === 'map' ? made : node;
  const key = own === undefined ? stage.slice(at + 1) : undefined;
  const wdir = withItem(readText(body, 'wdir', () => undefined) ?? '.', key);
  if (hasVariables(wdir)) return undefined;
  const place = pinPath(folderOf(path), wdir, 'x');
  return 'refused' in place ? undefined : folderOf(place.path);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

interface ConcreteStage {
  readonly name: string;
  /** What stands for `${item}` and `${key}` in stages made by `foreach`. */
  readonly key?: string;
  readonly body: YamlMap;
  readonly locked: readonly LockedOutput[];
}

interface LockedStages {
  readonly stages: ReadonlyMap<string, readonly LockedOutput[]>;
  readonly tell: Tell;
}

function concreteStages(name: string, node: YamlMap, locked: LockedStages): ConcreteStage[] {
  const foreach = node.entries.get('do');
  const made = node.entries.has('foreach') || node.entries.has('matrix');
  if (!made) return [{ name, body: node, locked: locked.stages.get(name) ?? [] }];
  const body = foreach?.kind === 'map' ? foreach : node;
  return [...locked.stages]
    .filter(([lockedName]) => lockedName.startsWith(`${name}@`))
    .map(([lockedName, outputs]) => ({
      ...{ name: lockedName, key: lockedName.slice(name.length + 1) },
      ...{ body, locked: outputs },
    }));
}

function readStage(
  stage: ConcreteStage,
  file: { path: string; folder: string; tell: Tell; lockTell: Tell },
): PinnedOutput[] {
  const { tell } = file;
  const outputs: PinnedOutput[] = [];
  const wdirNode = stage.body.entries.get('wdir');
  const wdir = withItem(readText(stage.body, 'wdir', tell) ?? '.', stage.key);
  if (hasVariables(wdir)) {
    tell(`the wdir of ${stage.name} has variables that are not known here`, wdirNode?.at ?? stage.body.at);
    return outputs;
  }
  const defined = definedOutputs(stage.body, tell).map(output => ({
    ...output,
    path: withItem(output.path, stage.key),
  }));
  for (const [output, found] of lockedOf(defined, stage.locked)) {
    if (found.length === 0 && hasVariables(output.path)) continue;
    for (const locked of found.length === 0 ? [undefined] : found) {
      const place = pinPath(file.folder, wdir, locked?.path ?? unescaped(output.path));
      if ('refused' in place) tell(place.refused, output.at);
      else outputs.push(stageOutput(stage.name, file, place.path, output, locked));
    }
  }
  return outputs;
}

/**
 * What the lock holds of each output. One with variables may have come from any path that fits: the most specific
 * choose first, and where as many are left on both sides each gets one. Otherwise it gets all that fit, because a
 * pin too many costs space, and a pin too few a file.
 */
function lockedOf(
  defined: readonly DefinedOutput[],
  locked: readonly LockedOutput[],
): (readonly [DefinedOutput, readonly LockedOutput[]])[] {
  const left = new Set(locked);
  const found = new Map<DefinedOutput, LockedOutput[]>();
  const byLiterals = [...defined].sort((one, other) => literals(other.path) - literals(one.path));
  let open = byLiterals.filter(output => hasVariables(output.path)).length;
  for (const withVariables of [false, true])
    for (const output of byLiterals) {
      if (hasVariables(output.path) !== withVariables) continue;
      const fitting = [...left].filter(candidate => matches(output.path, candidate.path));
      const own = withVariables && left.size > open ? fitting : fitting.slice(0, 1);
      for (const one of own) left.delete(one);
      if (withVariables) open -= 1;
      found.set(output, own);
    }
  return defined.map(output => [output, found.get(output) ?? []]);
}

function literals(text: string): number {
  return text.replaceAll(new RegExp(variable, 'g'), '').length;
}

function stageOutput(
  stage: string,
  file: { path: string; tell: Tell; lockTell: Tell },
  path: string,
  defined: DefinedOutput,
  locked: LockedOutput | undefined,
): PinnedOutput {
  const flags = defined.flags ?? { kind: 'map', entries: new Map<string, YamlNode>(), at: defined.at };
  const remote = readText(flags, 'remote', file.tell);
  const content: OutputContent =
    locked === undefined ? { executable: false } : readOutputContent(locked.entry, remote, file.lockTell);
  return {
    path,
    pinFile: file.path,
    stage,
    ...content,
    cached: readBoolean(flags, 'cache', file.tell) ?? true,
    push: readBoolean(flags, 'push', file.tell) ?? true,
    ...(remote === undefined ? {} : { remote }),
    persist: readBoolean(flags, 'persist', file.tell) ?? false,
  };
}

function definedOutputs(body: YamlMap, tell: Tell): DefinedOutput[] {
  const defined: DefinedOutput[] = [];
  for (const kind of ['outs', 'metrics', 'plots'])
    for (const item of readList(body, kind, tell)?.items ?? []) {
      if (item.kind === 'scalar' && item.text !== '')
        defined.push({ path: item.text, flags: undefined, at: item.at });
      else if (item.kind === 'map')
        for (const [path, flags] of item.entries) defined.push({ path, flags: flagsOf(flags), at: flags.at });
      else tell('an output must be a path, or a path with settings', item.at);
    }
  return defined;
}

/** Plots may have several settings for one path. */
function flagsOf(node: YamlNode): YamlMap | undefined {
  const first = node.kind === 'list' ? node.items[0] : node;
  return first?.kind === 'map' ? first : undefined;
}

function readLockedStages(lock: string | undefined, path: string, problems: DataProblem[]): LockedStages {
  const stages = new Map<string, readonly LockedOutput[]>();
  if (lock === undefined) return { stages, tell: () => undefined };
  const yaml = readYaml(lock);
  problems.push(...yaml.problems.map(problem => ({ path, ...problem })));
  const tell: Tell = (what, at) => void problems.push({ path, ...yaml.position(at), what });
  const root = yaml.root;
  if (root === undefined || isNull(root)) return { stages, tell };
  // Before DVC 2 the stages stood at the top, without a schema.
  const holder = root.kind === 'map' && !root.entries.has('schema') ? root : undefined;
  const found = root.kind === 'map' ? (root.entries.get('stages') ?? holder) : undefined;
  if (found?.kind !== 'map') {
    if (root.kind !== 'map' || (found !== undefined && !isNull(found)))
      tell('this is no lock of a pipeline', root.at);
    return { stages, tell };
  }
  for (const [name, node] of found.entries) {
    if (node.kind !== 'map') {
      tell(`the stage ${name} must be a mapping`, node.at);
      continue;
    }
    const outputs: LockedOutput[] = [];
    for (const entry of readList(node, 'outs', tell)?.items ?? []) {
      const written = entry.kind === 'map' ? readText(entry, 'path', tell) : undefined;
      if (entry.kind === 'map' && written !== undefined) outputs.push({ path: written, entry });
      else tell('an output without a path', entry.at);
    }
    stages.set(name, outputs);
  }
  return { stages, tell };
}

const variable = /(?<!\\)\$\{[^}]*\}/;

function hasVariables(text: string): boolean {
  return variable.test(text);
}

function withItem(text: string, key: string | undefined): string {
  return key === undefined ? text : text.replace(/(?<!\\)\$\{\s*(?:item|key)\s*\}/g, () => key);
}

function unescaped(text: string): string {
  return text.replaceAll('\\${', '${');
}

/** Whether the path of the lock can have come from what is written. Never backtracks: parts are found from left to right. */
function matches(written: string, path: string): boolean {
  const parts = written.split(variable).map(unescaped);
  if (parts.length === 1) return path === parts[0];
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (!path.startsWith(first) || !path.endsWith(last) || path.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= path.length - last.length;
}
