/**
 * Data as people pin it, made by chance: files and folders with odd names, empty ones, executable ones, links. The same
 * seed makes the same data on every machine; several repositories can be filled with equal content.
 */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';

export interface GeneratedFile {
  readonly content: string;
  readonly executable: boolean;
}

/** One path that can be pinned. */
export interface GeneratedOutput {
  /** Relative to the root, forward slashes. */
  readonly path: string;
  /** Of a folder: path relative to it → file. Of a file: one with the path ''. */
  readonly files: ReadonlyMap<string, GeneratedFile>;
  /** Links to files (path relative to the folder → target beside it); DVC pins what they lead to. */
  readonly links: ReadonlyMap<string, string>;
  readonly emptyFolders: readonly string[];
  readonly folder: boolean;
}

/** Each a name that some part of a chain (YAML, JSON, ignore rules, shells, sorting) is known to trip over. */
const oddNames = [
  ...[
    'a',
    'B',
    'data.csv',
    'with space.txt',
    ' leading',
    'trailing ',
    'é',
    'e\u0301',
    'Ünïcödé',
    '数据',
    '😀.bin',
  ],
  ...[
    '\uff5e',
    '\u{1f600}\u{1f601}',
    "it's",
    'a"b',
    'back\\slash',
    'a#b',
    'a #b',
    '#hash',
    '!bang',
    '[x]',
    'q?',
    '*',
  ],
  ...[
    'yes',
    'null',
    '~',
    'true',
    '123',
    '1e3',
    '0x1F',
    '1_000',
    '12:30:45',
    '2020-01-01',
    '- dash',
    '-dash',
    'a: b',
  ],
  ...[
    'a:b',
    '%',
    '@at',
    '`tick',
    '{brace}',
    '&and',
    '|pipe',
    '>gt',
    '=',
    '<<',
    '.hidden',
    '..dots',
    '$HOME',
    'a,b',
  ],
  ...[
    'tab\there',
    'x'.repeat(90),
    'many words that make a line longer than eighty columns of a terminal, yes.txt',
  ],
] as const;

const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...oddNames) },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      // What no file system holds, what git or DVC never look at, and what DVC itself cannot write.
      // eslint-disable-next-line no-control-regex -- control characters are what is left out
      .map(text => text.replaceAll(/[/\u0000-\u001f\u007f-\u009f\ufeff]/g, '_'))
      .filter(
        text =>
          !/^(?:\.{1,2}|\.git|\.dvc|\.hg|\.gitignore|\.dvcignore|dvc\.yaml|dvc\.lock)$/i.test(text) &&
          !text.endsWith('.dvc') &&
          text.trim() !== '' &&
          Buffer.from(text).toString() === text,
      ),
  },
);

const content = fc.oneof(
  { weight: 1, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom('a\n', 'a\r\nb\r\n', '\u0000\u0001', '[]') },
  { weight: 3, arbitrary: fc.string({ maxLength: 40 }) },
);

const file = fc.record({ content, executable: fc.boolean() });

const folder = fc
  .record({
    files: fc.array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 3 }), file), { maxLength: 6 }),
    empty: fc.boolean(),
    linked: fc.boolean(),
  })
  .map(({ files, empty, linked }) => {
    const kept = new Map<string, GeneratedFile>();
    for (const [parts, one] of files) {
      const path = parts.join('/');
      const clash = [...kept.keys()].some(
        other => other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
      );
      if (!clash) kept.set(path, one);
    }
    const [first] = kept.keys();
    const links = new Map(linked && first !== undefined ? [['link to a file', first]] : []);
    return { folder: true, files: kept, links, emptyFolders: empty ? ['empty folder'] : [] };
  });

const single = file.map(one => ({
  folder: false,
  files: new Map([['', one]]),
  links: new Map<string, string>(),
  emptyFolders: [],
}));

/** `count` outputs, each in a folder of its own so that names never meet. */
export function generatedOutputs(count: number, seed: number): GeneratedOutput[] {
  const arbitrary = fc.tuple(name, fc.oneof(single, folder));
  return fc.sample(arbitrary, { numRuns: count, seed }).map(([last, output], at) => ({
    ...output,
    path: `${at % 3 === 0 ? `top ${at}` : `d${at}/säb`}/${last.trimEnd()}`,
  }));
}

export function writeOutputs(root: string, outputs: readonly GeneratedOutput[]): void {
  for (const { path, files, links, emptyFolders, folder: isFolder } of outputs) {
    const target = join(root, path);
    if (isFolder) mkdirSync(target, { recursive: true });
    for (const one of emptyFolders) mkdirSync(join(target, one), { recursive: true });
    for (const [inside, { content: text, executable }] of files) {
      const place = join(target, inside);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
      chmodSync(place, executable ? 0o755 : 0o644);
    }
    for (const [inside, to] of links) symlinkSync(to, join(target, inside));
  }
}
