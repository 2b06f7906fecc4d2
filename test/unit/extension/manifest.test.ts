import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { collectStrings } from '../../../scripts/collectStrings.ts';
import { projectRoot } from '../../../scripts/projectRoot.ts';
import {
  commandIds,
  contextKeys,
  settingKeys,
  settingsSection,
  viewContainerId,
  viewIds,
  walkthroughId,
} from '../../../src/extension/ids.ts';

const menuItemSchema = z.looseObject({
  command: z.string().optional(),
  when: z.string().optional(),
  group: z.string().optional(),
});
const manifestSchema = z.looseObject({
  activationEvents: z.array(z.string()),
  capabilities: z.looseObject({
    untrustedWorkspaces: z.looseObject({
      supported: z.literal('limited'),
      restrictedConfigurations: z.array(z.string()),
    }),
  }),
  contributes: z.looseObject({
    commands: z.array(
      z.looseObject({ command: z.string(), category: z.string(), enablement: z.string().optional() }),
    ),
    menus: z.record(z.string(), z.array(menuItemSchema)),
    keybindings: z.array(menuItemSchema),
    views: z.record(z.string(), z.array(z.looseObject({ id: z.string() }))),
    viewsContainers: z.record(z.string(), z.array(z.looseObject({ id: z.string(), icon: z.string() }))),
    viewsWelcome: z.array(z.looseObject({ view: z.string(), contents: z.string(), when: z.string() })),
    configuration: z.looseObject({
      properties: z.record(z.string(), z.looseObject({ scope: z.string(), order: z.number() })),
    }),
    walkthroughs: z.array(
      z.looseObject({
        id: z.string(),
        steps: z.array(z.looseObject({ media: z.looseObject({ svg: z.string() }) })),
      }),
    ),
  }),
});

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const manifestText = read('package.json');
const manifest = manifestSchema.parse(JSON.parse(manifestText));
const { contributes } = manifest;
const texts = z.record(z.string(), z.string()).parse(JSON.parse(read('package.nls.json')));

/** Names and their aliases. */
const codicons: ReadonlySet<string> = new Set(
  Object.values(
    z
      .record(z.string(), z.array(z.string()))
      .parse(JSON.parse(read('node_modules/@vscode/codicons/src/template/mapping.json'))),
  ).flat(),
);
/** Every source file of the extension, for ids that are used there. */
const sources = readdirSync(join(projectRoot, 'src/extension'), { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts'))
  .map(name => read(join('src/extension', name)));

const same = (a: Iterable<string>, b: Iterable<string>): void =>
  assert.deepEqual([...new Set(a)].sort(), [...new Set(b)].sort());

describe('the manifest', () => {
  it('declares the commands that ids.ts names, and no other', () => {
    same(
      contributes.commands.map(({ command }) => command),
      Object.values(commandIds),
    );
  });
  it('declares the views, containers, settings and the walkthrough that ids.ts names', () => {
    same(
      Object.values(contributes.views)
        .flat()
        .map(({ id }) => id),
      Object.values(viewIds),
    );
    same(contributes.viewsContainers['activitybar']?.map(({ id }) => id) ?? [], [viewContainerId]);
    same(
      Object.keys(contributes.configuration.properties),
      Object.values(settingKeys).map(key => `${settingsSection}.${key}`),
    );
    same(
      contributes.walkthroughs.map(({ id }) => id),
      [walkthroughId],
    );
  });
  it('uses only declared commands in menus, keys and links', () => {
    const declared: ReadonlySet<string> = new Set(Object.values(commandIds));
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings].flatMap(
      ({ command }) => (command === undefined ? [] : [command]),
    );
    const linked = [
      ...`${manifestText}${Object.values(texts).join('\n')}`.matchAll(/(?:onC|c)ommand:(lockstep\.[\w.]+)/g),
    ]
      .map(([, id = '']) => id)
      .filter(id => !id.endsWith('.focus'));
    for (const id of [...used, ...linked]) assert.ok(declared.has(id), id);
  });
  it('asks only for context keys that are set, and every key that is set is asked for', () => {
    const conditions = [
      ...Object.values(contributes.menus).flat(),
      ...contributes.keybindings,
      ...contributes.viewsWelcome,
    ].map(({ when }) => when ?? '');
    const commands: ReadonlySet<string> = new Set(Object.values(commandIds));
    const views: ReadonlySet<string> = new Set(Object.values(viewIds));
    const asked = conditions
      .flatMap(when => when.match(/\blockstep\.[\w.]+/g) ?? [])
      .filter(key => !commands.has(key) && !views.has(key));
    same(asked, Object.values(contextKeys));
  });
  it('has words that the tree gives its rows', () => {
    const asked = Object.values(contributes.menus)
      .flat()
      .flatMap(({ when }) => [...(when ?? '').matchAll(/viewItem =~ \/\\b(\w+)\\b\//g)])
      .map(([, word = '']) => word);
    const tree = sources.join('\n');
    for (const word of asked) assert.match(tree, new RegExp(`'${word}'`), word);
  });
  it('gives each row at most three icons', () => {
    const inline = (contributes.menus['view/item/context'] ?? []).filter(
      ({ group, when }) => group?.startsWith('inline') === true && when?.includes('\\brun\\b') === true,
    );
    assert.ok(inline.length <= 3);
  });
  it('uses icons that exist', () => {
    const named = [...`${manifestText}${Object.values(texts).join('\n')}`.matchAll(/\$\(([\w-]+)\)/g)];
    for (const [, name = ''] of named) assert.ok(codicons.has(name), name);
    const files = [
      ...Object.values(contributes.viewsContainers).flat(),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => ({ icon: media.svg }))),
    ];
    for (const { icon } of files) assert.ok(existsSync(join(projectRoot, icon)), icon);
  });
  it('starts on need alone, and runs nothing in an untrusted workspace', () => {
    for (const event of manifest.activationEvents)
      assert.match(event, /^(?:workspaceContains:[^*]+|onWebviewPanel:.+|onUri)$/);
    const starting = [
      'runExperiment',
      'runFile',
      'rerun',
      'rerunWithChanges',
      'reproduceRun',
      'probeDeterminism',
      'findCause',
      'shareRun',
      'fetchShared',
    ] as const;
    for (const name of starting) {
      const command = contributes.commands.find(candidate => candidate.command === commandIds[name]);
      assert.match(command?.enablement ?? '', /isWorkspaceTrusted/, name);
    }
    assert.ok(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(
        `${settingsSection}.${settingKeys.interpreter}`,
      ),
    );
  });
});

describe('the texts', () => {
  it('of the manifest are all there, and all used', () => {
    const used = [...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key = '']) => key);
    same(used, Object.keys(texts));
  });
  it('of titles are short, without a final stop, and end in … when more is asked', () => {
    for (const [key, text] of Object.entries(texts))
      if (key.startsWith('command.')) assert.match(text, /^[A-Z][^.!?]{1,40}$/, key);
  });
  it('of the code are in the bundle for translators (node scripts/exportStrings.ts)', () => {
    assert.deepEqual(JSON.parse(read('l10n/bundle.l10n.json')), collectStrings(projectRoot));
  });
  it('use each placeholder', () => {
    for (const text of Object.keys(collectStrings(projectRoot))) {
      const numbers = [...text.matchAll(/\{(\d+)\}/g)].map(([, number]) => Number(number));
      const highest = Math.max(-1, ...numbers);
      for (let number = 0; number <= highest; number++) assert.ok(numbers.includes(number), text);
    }
  });
  it('have no exclamation marks', () => {
    for (const text of [...Object.values(texts), ...Object.keys(collectStrings(projectRoot))])
      assert.doesNotMatch(text, /!/);
  });
});
