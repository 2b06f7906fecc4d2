/**
 * The images that a Dockerfile starts from or copies out of: what a lock must name by digest. Reads Dockerfile syntax
 * as BuildKit does (its reference, "FROM", "ARG", "COPY --from", "RUN --mount", escape directive, here-documents), as
 * far as images are concerned; what depends on a value that only a build knows is told, not guessed.
 */

export interface DockerfileImage {
  /** As written, variables resolved: `nvidia/cuda:12.8.1-base-ubuntu24.04`. */
  readonly ref: string;
  /** Where the name stands, as offsets into the text. */
  readonly from: number;
  readonly to: number;
  /** `--platform` of a FROM, where it is a plain one. */
  readonly platform?: string;
}

export interface DockerfileImages {
  readonly images: readonly DockerfileImage[];
  /** Names with a variable that nobody gave a value, with their line, from 1. */
  readonly unresolved: readonly { readonly text: string; readonly line: number }[];
}

/** `args`: build arguments that are given from outside. */
export function dockerfileImages(
  text: string,
  args: Readonly<Record<string, string>> = {},
): DockerfileImages {
  const images: DockerfileImage[] = [];
  const unresolved: { text: string; line: number }[] = [];
  const values = new Map<string, string>();
  const stages = new Set<string>();
  let stageCount = 0;

  const take = (word: Word, platform?: string): void => {
    const ref = resolveVariables(word.text, values);
    if (ref === undefined) {
      unresolved.push({ text: word.text, line: text.slice(0, word.from).split('\n').length });
      return;
    }
    // A stage by its name or number is no image; `scratch` is nothing.
    if (stages.has(ref.toLowerCase()) || ref === 'scratch' || /^\d+$/.test(ref)) return;
    images.push({ ref, from: word.from, to: word.to, ...(platform === undefined ? {} : { platform }) });
  };

  for (const words of instructions(text)) {
    const [instruction, ...rest] = words;
    switch (instruction?.text.toUpperCase()) {
      case 'ARG':
        // Those before the first FROM are the only ones that a FROM sees.
        if (stageCount === 0)
          for (const { text: word } of rest) {
            const [name, value] = splitOnce(word, '=');
            const given =
              args[name] ?? (value === undefined ? undefined : resolveVariables(unquote(value), values));
            if (given !== undefined) values.set(name, given);
          }
        break;
      case 'FROM': {
        const flags = rest.filter(({ text: word }) => word.startsWith('--'));
        const [image, as, name] = rest.filter(({ text: word }) => !word.startsWith('--'));
        const platform = flags
          .map(({ text: word }) => /^--platform=([\w/]+)$/.exec(word)?.[1])
          .find(one => one !== undefined);
        if (image !== undefined) take(image, platform);
        if (as?.text.toUpperCase() === 'AS' && name !== undefined) stages.add(name.text.toLowerCase());
        stageCount++;
        break;
      }
      case 'COPY':
      case 'ADD':
        for (const word of rest) {
          if (!word.text.startsWith('--')) break;
          if (word.text.startsWith('--from=')) take(partOf(word, '--from='.length));
        }
        break;
      case 'RUN':
        for (const word of rest) {
          if (!word.text.startsWith('--')) break;
          const found = word.text.startsWith('--mount=') ? /(?:=|,)from=([^,]+)/.exec(word.text) : null;
          if (found?.[1] !== undefined)
            take(partOf(word, found.index + found[0].length - found[1].length, found[1].length));
        }
        break;
      case undefined:
      default:
    }
  }
  return { images, unresolved };
}

/** The same Dockerfile with each of its images named by `names` (as written, resolved → what to write instead). */
export function pinDockerfile(
  text: string,
  names: Readonly<Record<string, string>>,
  args: Readonly<Record<string, string>> = {},
): string {
  let pinned = text;
  for (const { ref, from, to } of dockerfileImages(text, args).images.toReversed()) {
    const name = Object.hasOwn(names, ref) ? names[ref] : undefined;
    if (name !== undefined) pinned = pinned.slice(0, from) + name + pinned.slice(to);
  }
  return pinned;
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

function partOf(word: Word, at: number, length = word.text.length - at): Word {
  return { text: word.text.slice(at, at + length), from: word.from + at, to: word.from + at + length };
}

/** Instructions as words with their places; comments, continuations and here-documents taken away. */
function* instructions(text: string): Generator<Word[]> {
  const escape = /^(?:\s*#[^\n]*\n)*?\s*#\s*escape\s*=\s*([`\\])/i.exec(text)?.[1] ?? '\\';
  let words: Word[] = [];
  let documents: string[] = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    const line = text.slice(at, stop).replace(/\r$/, '');
    const start = at;
    at = stop + 1;
    if (documents.length > 0) {
      if (line.replace(/^\t+/, '') === documents[0]) documents = documents.slice(1);
      continue;
    }
    // A comment and an empty line stand inside a continued instruction without ending it.
    if (/^\s*(?:#|$)/.test(line)) continue;
    const continued = new RegExp(`${escape === '\\' ? '\\\\' : '`'}\\s*$`).exec(line);
    const body = continued === null ? line : line.slice(0, continued.index);
    for (const match of body.matchAll(/\S+/g))
      words.push({ text: match[0], from: start + match.index, to: start + match.index + match[0].length });
    if (continued !== null) continue;
    if (/^(?:RUN|COPY|ADD)$/i.test(words[0]?.text ?? ''))
      documents = words.flatMap(word => /<<-?(["']?)([A-Za-z_]\w*)\1/.exec(word.text)?.[2] ?? []);
    yield words;
    words = [];
  }
  if (words.length > 0) yield words;
}

/** `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; undefined where a name has no value. */
function resolveVariables(text: string, values: ReadonlyMap<string, string>): string | undefined {
  const missing: string[] = [];
  const resolved = text.replaceAll(
    /\$(?:(\w+)|\{(\w+)(?:(:[-+])([^}]*))?\})/g,
    (
      _,
      plain: string | undefined,
      braced: string | undefined,
      how: string | undefined,
      other: string | undefined,
    ) => {
      const value = values.get(plain ?? braced ?? '');
      const has = value !== undefined && value !== '';
      if (how === ':+') return has ? (other ?? '') : '';
      if (has) return value;
      if (how === ':-') return other ?? '';
      missing.push(plain ?? braced ?? '');
      return '';
    },
  );
  return missing.length === 0 && resolved !== '' ? resolved : undefined;
}

function unquote(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}
