/** A `.dvc` file: what `dvc add` and the imports write. Source: dvc `schema.py` (`SINGLE_STAGE_SCHEMA`), `stage/loader.py`. */
import type { DataProblem, PinnedOutput } from '../pinnedOutput.ts';
import { readYaml, type YamlMap } from '../yaml/readYaml.ts';
import { pinPath } from './pinPath.ts';
import type { PinFileContent } from './readPinFile.ts';
import { isNull, readBoolean, readList, readOutputContent, readText, type Tell } from './readOutput.ts';

/** `path` of the file, relative to the data root. */
export function readDvcFile(text: string, path: string): PinFileContent {
  const yaml = readYaml(text);
  const problems: DataProblem[] = yaml.problems.map(problem => ({ path, ...problem }));
  const tell: Tell = (what, at) => void problems.push({ path, ...yaml.position(at), what });
  const outputs: PinnedOutput[] = [];
  if (yaml.root === undefined) return { outputs, problems };
  if (yaml.root.kind !== 'map') {
    if (!isNull(yaml.root)) tell('this is no pin file', yaml.root.at);
    return { outputs, problems };
  }
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
  const wdir = readText(yaml.root, 'wdir', tell) ?? '.';
  const imported = readImport(yaml.root, tell);
  for (const entry of readList(yaml.root, 'outs', tell)?.items ?? []) {
    const written = entry.kind === 'map' ? readText(entry, 'path', tell) : undefined;
    if (entry.kind !== 'map' || written === undefined) {
      tell('an output without a path', entry.at);
      continue;
    }
    const place = pinPath(folder, wdir, written);
    if ('refused' in place) {
      tell(place.refused, entry.entries.get('path')?.at ?? entry.at);
      continue;
    }
    if (path === place.path || path.startsWith(`${place.path}/`)) {
      tell('the pin file would be part of what it pins', entry.at);
      continue;
    }
    const remote = readText(entry, 'remote', tell);
    outputs.push({
      path: place.path,
      pinFile: path,
      ...readOutputContent(entry, remote, tell),
      cached: readBoolean(entry, 'cache', tell) ?? true,
      push: readBoolean(entry, 'push', tell) ?? true,
      ...(remote === undefined ? {} : { remote }),
      persist: readBoolean(entry, 'persist', tell) ?? false,
      ...(imported === undefined ? {} : { imported }),
    });
  }
  return { outputs, problems };
}

/** `dvc import` (a repository at a revision) and `dvc import-url`. */
function readImport(root: YamlMap, tell: Tell): PinnedOutput['imported'] {
  const dependency = readList(root, 'deps', tell)?.items[0];
  if (dependency?.kind !== 'map') return undefined;
  const repository = dependency.entries.get('repo');
  if (repository?.kind === 'map') {
    const from = readText(repository, 'url', tell);
    const revision = readText(repository, 'rev_lock', tell) ?? readText(repository, 'rev', tell);
    if (from === undefined) return undefined;
    const path = readText(dependency, 'path', tell);
    return {
      from,
      ...(path === undefined ? {} : { path }),
      ...(revision === undefined ? {} : { revision }),
    };
  }
  const from = readText(dependency, 'path', tell);
  return from === undefined || root.entries.has('cmd') ? undefined : { from };
}
