/** As much of a Dockerfile as is needed: its instructions with their lines, and the files of the build context they take. */

export interface Instruction {
  /** Of its first word, from 1. */
  readonly line: number;
  /** Upper case: `RUN`. */
  readonly name: string;
  /** What follows, continued lines joined, comments left out. */
  readonly rest: string;
}

/** Never throws: a line that is nothing is an instruction of whatever name it begins with. */
export function dockerfileInstructions(text: string): Instruction[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const escape = /^#\s*escape\s*=\s*`/im.test(lines.slice(0, 5).join('\n')) ? '`' : '\\';
  const found: Instruction[] = [];
  for (let index = 0; index < lines.length; index++) {
    const first = (lines[index] ?? '').trim();
    if (first === '' || first.startsWith('#')) continue;
    const line = index + 1;
    let whole = '';
    for (; index < lines.length; index++) {
      const part = (lines[index] ?? '').trim();
      if (part.startsWith('#') || (part === '' && whole !== '')) continue;
      const continues = part.endsWith(escape);
      whole += continues ? `${part.slice(0, -1)} ` : part;
      if (!continues) break;
    }
    const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(whole.trim()) ?? [];
    for (const marker of heredocs(name, rest)) {
      const end = lines.findIndex((one, at) => at > index && one.trim() === marker);
      if (end > index) index = end;
    }
    found.push({ line, name: name.toUpperCase(), rest: rest.trim() });
  }
  return found;
}

/** The line of the instruction that a builder calls `text` (`RUN a   b`), however it is spaced and continued there. */
export function lineOfStep(dockerfile: string, text: string): number | undefined {
  const asked = text.replace(/\s+/g, ' ').trim();
  return dockerfileInstructions(dockerfile).find(
    ({ name, rest }) => `${name} ${rest}`.replace(/\s+/g, ' ').trim() === asked,
  )?.line;
}

/**
 * What of the build context goes into the image: patterns relative to the context. `everything` where that cannot be
 * told (a variable in a path, a bind mount of the whole context).
 */
export function contextSources(dockerfile: string): readonly string[] | 'everything' {
  const sources: string[] = [];
  for (const { name, rest } of dockerfileInstructions(dockerfile)) {
    if (name === 'RUN')
      for (const [, mount = ''] of rest.matchAll(/--mount=(\S+)/g)) {
        const parts = new Map(mount.split(',').map(part => splitOnce(part)));
        if (parts.get('type') !== 'bind' || parts.has('from')) continue;
        sources.push(parts.get('source') ?? parts.get('src') ?? '.');
      }
    if (name !== 'COPY' && name !== 'ADD') continue;
    if (/(?:^|\s)--from=/.test(rest) || heredocs(name, rest).length > 0) continue;
    const words = wordsOf(rest);
    sources.push(...words.slice(0, -1).filter(word => !/^[a-z]+:\/\/|^git@/.test(word)));
  }
  return sources.some(source => source.includes('$')) ? 'everything' : sources;
}

/** Images that stages start from, as written; stages of the file itself and `scratch` left out. */
export function baseImages(dockerfile: string): string[] {
  const stages = new Set<string>();
  const images: string[] = [];
  for (const { name, rest } of dockerfileInstructions(dockerfile)) {
    if (name !== 'FROM') continue;
    const [image, as, stage] = rest.split(/\s+/).filter(word => !word.startsWith('--'));
    if (image !== undefined && image !== 'scratch' && !stages.has(image.toLowerCase())) images.push(image);
    if (as?.toUpperCase() === 'AS' && stage !== undefined) stages.add(stage.toLowerCase());
  }
  return [...new Set(images)];
}

function wordsOf(rest: string): string[] {
  const bare = rest.replace(/^(?:--\S+\s+)*/, '');
  if (bare.startsWith('['))
    try {
      const list: unknown = JSON.parse(bare);
      if (Array.isArray(list)) return list.filter(word => typeof word === 'string');
    } catch {
      // A path may begin with a bracket, too.
    }
  return [...bare.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  );
}

/** Names of the here-documents that follow an instruction: `<<EOF`, `<<-"END"`. */
function heredocs(name: string, rest: string): string[] {
  if (!/^(run|copy|add)$/i.test(name)) return [];
  return [...rest.matchAll(/(?:^|\s)<<-?(["']?)(\w+)\1/g)].map(([, , marker]) => marker ?? '');
}

function splitOnce(part: string): [string, string] {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
}
