/**
 * The layers of ARCHITECTURE.md as a check: which room may import which. A reader walks forward through the rooms
 * and never back; only the editor's room knows VS Code.
 */

/** Room → the rooms that it may import, beside itself. */
const rooms = {
  base: [],
  git: ['base'],
  runs: ['base'],
  series: ['base'],
  tracking: ['base', 'git', 'runs', 'series'],
  imports: ['base', 'git', 'runs', 'series', 'tracking'],
  data: ['base', 'git', 'runs', 'series'],
  environments: ['base', 'git', 'runs', 'series'],
  execution: ['base', 'git', 'runs', 'series', 'tracking', 'data', 'environments'],
  reproduction: ['base', 'git', 'runs', 'series', 'tracking', 'data', 'environments', 'execution'],
  sharing: ['base', 'git', 'runs', 'tracking', 'data', 'environments', 'execution', 'reproduction'],
  protocol: ['base', 'series', 'runs'],
  cli: [
    ...['base', 'git', 'runs', 'series', 'tracking', 'imports', 'data', 'environments', 'execution'],
    ...['reproduction', 'sharing'],
  ],
  extension: [
    ...['base', 'git', 'runs', 'series', 'tracking', 'imports', 'data', 'environments', 'execution'],
    ...['reproduction', 'sharing', 'protocol'],
  ],
};

/** Imports of types alone, which leave nothing in a bundle: git names the snapshot as the run record's schema does. */
const typesOnly = { git: ['runs'] };

const layerRules = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-looks-back-only`,
  severity: 'error',
  comment: `src/${room} may import ${allowed.map(name => `src/${name}`).join(', ') || 'no other room'}.`,
  from: { path: `^src/${room}/` },
  to: {
    path: '^(src|webview|test|scripts|bench)/',
    pathNot: `^src/(${[room, ...allowed, ...(typesOnly[room] ?? [])].join('|')})/`,
  },
}));

const typesOnlyRules = Object.entries(typesOnly).map(([room, others]) => ({
  name: `${room}-takes-types-only`,
  severity: 'error',
  comment: `src/${room} may take types, never code, from ${others.join(', ')}.`,
  from: { path: `^src/${room}/` },
  to: { path: `^src/(${others.join('|')})/`, dependencyTypesNot: ['type-only'] },
}));

export default {
  forbidden: [
    ...layerRules,
    ...typesOnlyRules,
    {
      name: 'every-room-is-named',
      severity: 'error',
      comment: 'A new folder under src/ needs its line in the table of rooms.',
      from: {},
      to: { path: '^src/', pathNot: `^src/(${Object.keys(rooms).join('|')})/` },
    },
    {
      name: 'webview-sees-protocol-and-series',
      severity: 'error',
      comment: 'A webview bundle gets data by message; the insides of the engine stay out of it.',
      from: { path: '^webview/' },
      to: { path: '^(src|test|scripts|bench)/', pathNot: '^src/(protocol|series|runs)/' },
    },
    {
      name: 'webview-takes-types-of-runs-only',
      severity: 'error',
      comment: 'Types of the run record only: its code reads files.',
      from: { path: '^webview/' },
      to: { path: '^src/runs/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-the-extension-knows-vscode',
      severity: 'error',
      comment: 'Everything else runs in plain Node; the command line is its second consumer.',
      from: { pathNot: '^(src/extension|test/extension)/' },
      to: { path: '^(vscode$|node_modules/@types/vscode/)' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or three.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
};
