/** Registered models of the registry, and the aliases of their versions. */
import * as z from 'zod';
import { latestVersions, registeredJson, versionJson } from './entityJson.ts';
import { listField, optionalText, pairField, textField } from './fields.ts';
import { inOrder, lone, matches, parseOrdering, type Lookup } from './matchFilter.ts';
import { alreadyExists, invalidValue } from './mlflowProblem.ts';
import { pageOf } from './paging.ts';
import { parseFilter } from './parseFilter.ts';
import { registeredEvent, registeredOf, versionEvent, versionOf } from './registeredModels.ts';
import { route } from './route.ts';
import { searchFields } from './searchRoutes.ts';
import type { RegisteredModel } from './trackingState.ts';

const byName = z.object({ name: textField });
const byAlias = byName.extend({ alias: textField });
const searches = z.object({ ...searchFields, order_by: listField(textField) });

export const registeredModelRoutes = [
  route(
    'POST',
    'registered-models/create',
    byName.extend({ description: optionalText, tags: listField(pairField) }),
    async (tracker, fields) => {
      if (fields.name === '') throw invalidValue('Registered model name cannot be empty.');
      if (tracker.state.registered.has(fields.name))
        throw alreadyExists(`Registered Model (name=${fields.name}) already exists.`);
      const now = Date.now();
      await tracker.commit([
        {
          event: 'registered',
          name: fields.name,
          created: now,
          updated: now,
          description: fields.description ?? '',
          tags: fields.tags.map(({ key, value }) => [key, value]),
          aliases: [],
          nextVersion: 1,
        },
      ]);
      return { registered_model: registeredJson(registeredOf(tracker, fields.name)) };
    },
  ),
  route('GET', 'registered-models/get', byName, (tracker, fields) => ({
    registered_model: registeredJson(registeredOf(tracker, fields.name)),
  })),
  route('GET POST', 'registered-models/search', searches, (tracker, fields) => {
    const comparisons = parseFilter(fields.filter ?? '');
    const found = [...tracker.state.registered.values()]
      .filter(registered => matches(comparisons, registeredLookup(registered)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const ordered = inOrder(found, fields.order_by.map(parseOrdering), registeredLookup);
    const page = pageOf(ordered, fields.max_results, fields.page_token);
    return { registered_models: page.items.map(registeredJson), ...page.next };
  }),
  route(
    'POST',
    'registered-models/rename',
    byName.extend({ new_name: textField }),
    async (tracker, fields) => {
      const registered = registeredOf(tracker, fields.name);
      if (fields.new_name !== fields.name && tracker.state.registered.has(fields.new_name))
        throw alreadyExists(`Registered Model (name=${fields.new_name}) already exists.`);
      await tracker.commit([
        { event: 'unregistered', name: registered.name },
        registeredEvent(registered, { name: fields.new_name }),
        ...Array.from(registered.versions.values(), version =>
          versionEvent(version, { name: fields.new_name }),
        ),
      ]);
      return { registered_model: registeredJson(registeredOf(tracker, fields.new_name)) };
    },
  ),
  route(
    'PATCH POST',
    'registered-models/update',
    byName.extend({ description: optionalText }),
    async (tracker, fields) => {
      const registered = registeredOf(tracker, fields.name);
      await tracker.commit([registeredEvent(registered, { description: fields.description ?? '' })]);
      return { registered_model: registeredJson(registeredOf(tracker, fields.name)) };
    },
  ),
  route('DELETE', 'registered-models/delete', byName, async (tracker, fields) => {
    registeredOf(tracker, fields.name);
    await tracker.commit([{ event: 'unregistered', name: fields.name }]);
    return {};
  }),
  route(
    'GET POST',
    'registered-models/get-latest-versions',
    byName.extend({ stages: listField(textField) }),
    (tracker, fields) => {
      const registered = registeredOf(tracker, fields.name);
      const stages = new Set(fields.stages.map(stage => stage.toLowerCase()));
      return {
        model_versions: latestVersions(registered)
          .filter(version => stages.size === 0 || stages.has(version.stage.toLowerCase()))
          .map(version => versionJson(registered, version)),
      };
    },
  ),
  route(
    'POST',
    'registered-models/set-tag',
    byName.extend({ key: textField, value: textField }),
    async (tracker, fields) => {
      const registered = registeredOf(tracker, fields.name);
      const tags = new Map(registered.tags).set(fields.key, fields.value);
      await tracker.commit([registeredEvent(registered, { tags })]);
      return {};
    },
  ),
  route(
    'DELETE',
    'registered-models/delete-tag',
    byName.extend({ key: textField }),
    async (tracker, fields) => {
      const registered = registeredOf(tracker, fields.name);
      const tags = new Map(registered.tags);
      tags.delete(fields.key);
      await tracker.commit([registeredEvent(registered, { tags })]);
      return {};
    },
  ),
  route(
    'POST',
    'registered-models/alias',
    byAlias.extend({ version: textField }),
    async (tracker, fields) => {
      const { registered } = versionOf(tracker, fields.name, fields.version);
      const aliases = new Map(registered.aliases).set(fields.alias, fields.version);
      await tracker.commit([registeredEvent(registered, { aliases })]);
      return {};
    },
  ),
  route('DELETE', 'registered-models/alias', byAlias, async (tracker, fields) => {
    const registered = registeredOf(tracker, fields.name);
    const aliases = new Map(registered.aliases);
    aliases.delete(fields.alias);
    await tracker.commit([registeredEvent(registered, { aliases })]);
    return {};
  }),
  route('GET', 'registered-models/alias', byAlias, (tracker, fields) => {
    const aliased = registeredOf(tracker, fields.name).aliases.get(fields.alias);
    if (aliased === undefined) throw invalidValue(`Registered model alias ${fields.alias} not found.`);
    const { registered, version } = versionOf(tracker, fields.name, aliased);
    return { model_version: versionJson(registered, version) };
  }),
];

function registeredLookup(registered: RegisteredModel): Lookup {
  return ({ kind, key }) => {
    if (kind === 'tag') return lone(registered.tags.get(key));
    if (key === 'name') return [registered.name];
    if (key === 'timestamp' || key === 'last_updated_timestamp') return [registered.updated];
    throw invalidValue(`Invalid attribute key '${key}' specified.`);
  };
}
