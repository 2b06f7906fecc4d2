/**
 * The model registry, so that `registered_model_name=` works: versions are numbered within this run alone, and each is
 * told to the record as what its model was registered as.
 */
import * as z from 'zod';
import { latestVersions, registeredJson, versionJson } from './entityJson.ts';
import { listField, optionalFlag, optionalText, pairField, textField } from './fields.ts';
import { modelVersionEventSchema, registeredModelEventSchema } from './journalEvents.ts';
import { inOrder, matches, parseOrdering, type Lookup } from './matchFilter.ts';
import { alreadyExists, doesNotExist, invalidValue } from './mlflowProblem.ts';
import { pageOf } from './paging.ts';
import { parseFilter } from './parseFilter.ts';
import { registeredModelSaid, registeredSource } from './registeredModelSaid.ts';
import { route } from './route.ts';
import { searchFields } from './searchRoutes.ts';
import type { Tracker } from './tracker.ts';
import type { ModelVersion, RegisteredModel } from './trackingState.ts';

const byName = z.object({ name: textField });
const byVersion = byName.extend({ version: textField });
const byAlias = byName.extend({ alias: textField });
const searches = z.object({ ...searchFields, order_by: listField(textField) });

const registeredRoutes = [
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

const versionRoutes = [
  route(
    'POST',
    'model-versions/create',
    byName.extend({
      source: textField,
      run_id: optionalText,
      run_link: optionalText,
      description: optionalText,
      model_id: optionalText,
      tags: listField(pairField),
    }),
    async (tracker, fields) => {
      const registered = registeredOf(tracker, fields.name);
      const now = Date.now();
      const version = String(registered.nextVersion);
      const model = registeredSource(tracker, fields);
      const modelId = fields.model_id ?? model?.id;
      await tracker.commit(
        [
          registeredEvent(registered, { nextVersion: registered.nextVersion + 1 }),
          {
            event: 'version',
            name: fields.name,
            version,
            created: now,
            updated: now,
            description: fields.description ?? '',
            stage: 'None',
            source: fields.source,
            run: fields.run_id ?? model?.run ?? '',
            runLink: fields.run_link ?? '',
            ...(modelId === undefined ? {} : { model: modelId }),
            tags: fields.tags.map(({ key, value }) => [key, value]),
          },
        ],
        [registeredModelSaid(tracker, fields, version)],
      );
      return answerVersion(tracker, fields.name, version);
    },
  ),
  route('GET', 'model-versions/get', byVersion, (tracker, fields) =>
    answerVersion(tracker, fields.name, fields.version),
  ),
  route('GET', 'model-versions/get-download-uri', byVersion, (tracker, fields) => ({
    artifact_uri: versionOf(tracker, fields.name, fields.version).version.source,
  })),
  route('GET POST', 'model-versions/search', searches, (tracker, fields) => {
    const comparisons = parseFilter(fields.filter ?? '');
    const found = [...tracker.state.registered.values()]
      .flatMap(registered => [...registered.versions.values()])
      .filter(version => matches(comparisons, versionLookup(version)))
      .sort(
        (a, b) =>
          b.updated - a.updated || (a.name < b.name ? -1 : 1) || Number(b.version) - Number(a.version),
      );
    const ordered = inOrder(found, fields.order_by.map(parseOrdering), versionLookup);
    const page = pageOf(ordered, fields.max_results, fields.page_token);
    return {
      model_versions: page.items.map(version =>
        versionJson(tracker.state.registered.get(version.name), version),
      ),
      ...page.next,
    };
  }),
  route(
    'PATCH POST',
    'model-versions/update',
    byVersion.extend({ description: optionalText }),
    (tracker, fields) => changeVersion(tracker, fields, { description: fields.description ?? '' }),
  ),
  route(
    'POST',
    'model-versions/transition-stage',
    byVersion.extend({ stage: textField, archive_existing_versions: optionalFlag }),
    async (tracker, fields) => {
      const { registered, version } = versionOf(tracker, fields.name, fields.version);
      if (fields.archive_existing_versions === true)
        await tracker.commit(
          [...registered.versions.values()]
            .filter(other => other.stage === fields.stage && other.version !== version.version)
            .map(other => versionEvent(other, { stage: 'Archived' })),
        );
      return changeVersion(tracker, fields, { stage: fields.stage });
    },
  ),
  route('DELETE', 'model-versions/delete', byVersion, async (tracker, fields) => {
    const { registered, version } = versionOf(tracker, fields.name, fields.version);
    const aliases = new Map([...registered.aliases].filter(([, aliased]) => aliased !== version.version));
    await tracker.commit([
      { event: 'versionDeleted', name: fields.name, version: version.version },
      registeredEvent(registered, { aliases }),
    ]);
    return {};
  }),
  route(
    'POST',
    'model-versions/set-tag',
    byVersion.extend({ key: textField, value: textField }),
    async (tracker, fields) => {
      const { version } = versionOf(tracker, fields.name, fields.version);
      await changeVersion(tracker, fields, { tags: new Map(version.tags).set(fields.key, fields.value) });
      return {};
    },
  ),
  route(
    'DELETE',
    'model-versions/delete-tag',
    byVersion.extend({ key: textField }),
    async (tracker, fields) => {
      const { version } = versionOf(tracker, fields.name, fields.version);
      const tags = new Map(version.tags);
      tags.delete(fields.key);
      await changeVersion(tracker, fields, { tags });
      return {};
    },
  ),
];

export const registryRoutes = [...registeredRoutes, ...versionRoutes];

/** Throws RESOURCE_DOES_NOT_EXIST. */
function registeredOf(tracker: Tracker, name: string): RegisteredModel {
  const registered = tracker.state.registered.get(name);
  if (registered === undefined) throw doesNotExist(`Registered Model with name=${name} not found`);
  return registered;
}

function versionOf(
  tracker: Tracker,
  name: string,
  number: string,
): { registered: RegisteredModel; version: ModelVersion } {
  const registered = registeredOf(tracker, name);
  const version = registered.versions.get(number);
  if (version === undefined) throw doesNotExist(`Model Version (name=${name}, version=${number}) not found`);
  return { registered, version };
}

function answerVersion(tracker: Tracker, name: string, number: string): object {
  const { registered, version } = versionOf(tracker, name, number);
  return { model_version: versionJson(registered, version) };
}

async function changeVersion(
  tracker: Tracker,
  { name, version }: { readonly name: string; readonly version: string },
  changes: Partial<ModelVersion>,
): Promise<object> {
  await tracker.commit([
    versionEvent(versionOf(tracker, name, version).version, { ...changes, updated: Date.now() }),
  ]);
  return answerVersion(tracker, name, version);
}

function registeredEvent(
  registered: RegisteredModel,
  changes: Partial<RegisteredModel>,
): z.output<typeof registeredModelEventSchema> {
  const changed = { ...registered, updated: Date.now(), ...changes };
  const { tags, aliases } = changed;
  return registeredModelEventSchema.parse({ ...changed, tags: [...tags], aliases: [...aliases] });
}

function versionEvent(
  version: ModelVersion,
  changes: Partial<ModelVersion>,
): z.output<typeof modelVersionEventSchema> {
  const changed = { ...version, ...changes };
  return modelVersionEventSchema.parse({ ...changed, tags: [...changed.tags] });
}

function registeredLookup(registered: RegisteredModel): Lookup {
  return ({ kind, key }) => {
    if (kind === 'tag') return lone(registered.tags.get(key));
    if (key === 'name') return [registered.name];
    if (key === 'timestamp' || key === 'last_updated_timestamp') return [registered.updated];
    throw invalidValue(`Invalid attribute key '${key}' specified.`);
  };
}

function versionLookup(version: ModelVersion): Lookup {
  return ({ kind, key }) => {
    if (kind === 'tag') return lone(version.tags.get(key));
    switch (key) {
      case 'name':
        return [version.name];
      case 'version':
      case 'version_number':
        return [Number(version.version)];
      case 'run_id':
        return [version.run];
      case 'source_path':
      case 'source':
        return [version.source];
      case 'creation_timestamp':
        return [version.created];
      case 'last_updated_timestamp':
        return [version.updated];
      default:
        throw invalidValue(`Invalid attribute key '${key}' specified.`);
    }
  };
}

function lone<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}
