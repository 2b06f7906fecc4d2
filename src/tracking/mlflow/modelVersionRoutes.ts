/** Versions of registered models: numbered within this run alone, and told to the record as what they were registered as. */
import * as z from 'zod';
import { versionJson } from './entityJson.ts';
import { listField, optionalFlag, optionalText, pairField, textField } from './fields.ts';
import { inOrder, lone, matches, parseOrdering, type Lookup } from './matchFilter.ts';
import { invalidValue } from './mlflowProblem.ts';
import { pageOf } from './paging.ts';
import { parseFilter } from './parseFilter.ts';
import { registeredEvent, registeredOf, versionEvent, versionOf } from './registeredModels.ts';
import { registeredModelSaid, registeredSource } from './registeredModelSaid.ts';
import { route } from './route.ts';
import { searchFields } from './searchRoutes.ts';
import type { Tracker } from './tracker.ts';
import type { ModelVersion } from './trackingState.ts';

const byName = z.object({ name: textField });
const byVersion = byName.extend({ version: textField });
const searches = z.object({ ...searchFields, order_by: listField(textField) });

export const modelVersionRoutes = [
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
