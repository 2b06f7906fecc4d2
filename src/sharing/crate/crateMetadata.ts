/**
 * `ro-crate-metadata.json` of an exported run, by the profile Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5)
 * over RO-Crate 1.1: the run is a CreateAction whose instrument is its program.
 */
import { formatCommand } from '../../base/runCommand.ts';
import { knownValue } from '../../runs/known.ts';
import type { Plan } from '../../runs/plan.ts';
import { metricValueToJson, type Result } from '../../runs/result.ts';
import type { CheckedRecord } from '../record/checkRecord.ts';
import { withoutPlaceholder } from '../record/neutralText.ts';
import { resultOf } from './checkedRecord.ts';
import { wasWritten } from '../../runs/wasWritten.ts';

export interface CrateRequest {
  readonly record: CheckedRecord;
  readonly name: string;
  /** Path of the program in the crate; undefined where it is none of its files. */
  readonly program: string | undefined;
  /** Paths in the crate of all files, folders of many files aside. */
  readonly files: readonly {
    readonly path: string;
    readonly what: string;
    readonly type: string;
    readonly size: number;
  }[];
  readonly license: string | undefined;
  readonly author: string | undefined;
  readonly inputs: readonly {
    readonly path: string;
    readonly sha256: string | undefined;
    readonly inCrate: boolean;
  }[];
  readonly exportedAt: string;
}

type Entity = Readonly<Record<string, unknown>> & { readonly '@id': string };

const profile = 'https://w3id.org/ro/wfrun/process/0.5';

/** RO-Crate asks for a license; where the project has none, it is said so and none is made up. */
const noLicense: Entity = {
  '@id': '#no-license',
  '@type': 'CreativeWork',
  name: 'No license stated',
  description: 'The project has no license file. Ask its author before you use more than the law allows.',
};

/** The document; entities in a fixed order. */
export function crateMetadata(request: CrateRequest): object {
  const { record, name, files, license, author, exportedAt } = request;
  const { plan } = record;
  const result = resultOf(record);
  const action = `#run-${plan.id}`;
  const program = programEntity(request);
  const parts = files.map(({ path }) => ref(idOf(path)));
  const environment = variableEntities(plan);
  const objects = [...inputEntities(request), ...parameterEntities(plan)];
  const results = [...metricEntities(result), ...outputEntities(result)];
  const image = imageEntity(plan);
  const person: Entity | undefined =
    author === undefined ? undefined : { '@id': '#author', '@type': 'Person', name: author };
  const failed = result?.state !== 'finished';
  const graph: Entity[] = [
    {
      '@id': 'ro-crate-metadata.json',
      '@type': 'CreativeWork',
      conformsTo: ref('https://w3id.org/ro/crate/1.1'),
      about: ref('./'),
    },
    {
      '@id': './',
      '@type': 'Dataset',
      name,
      description: `A recorded run and what is needed to repeat it: sh reproduce.sh`,
      datePublished: exportedAt.slice(0, 10),
      conformsTo: ref(profile),
      license: ref(license === undefined ? noLicense['@id'] : idOf(license)),
      ...(person === undefined ? {} : { author: ref('#author') }),
      hasPart: [ref('code/'), ref('record/'), ...parts],
      mentions: ref(action),
    },
    { '@id': profile, '@type': 'CreativeWork', name: 'Process Run Crate', version: '0.5' },
    { '@id': 'code/', '@type': 'Dataset', name: 'The files as they ran' },
    { '@id': 'record/', '@type': 'Dataset', name: 'The record of the run, by Lockstep' },
    ...files.map(({ path, what, type, size }) => ({
      '@id': idOf(path),
      '@type': path === request.program ? ['File', 'SoftwareSourceCode'] : 'File',
      name: what,
      encodingFormat: type,
      contentSize: String(size),
      ...(path === request.program ? versionOf(plan) : {}),
    })),
    ...(request.program === undefined ? [program] : []),
    {
      '@id': action,
      '@type': 'CreateAction',
      name: `Run ${plan.id}`,
      description: formatCommand(plan.argv[0] ?? '', plan.argv.slice(1)),
      ...(result?.startedAt === undefined ? {} : { startTime: withOffset(result.startedAt) }),
      ...(result === undefined ? {} : { endTime: withOffset(result.endedAt) }),
      instrument: ref(program['@id']),
      ...(person === undefined ? {} : { agent: ref('#author') }),
      ...linked('object', objects),
      ...linked('result', results),
      ...linked('environment', environment),
      ...(image === undefined ? {} : { containerImage: ref(image['@id']) }),
      actionStatus: `http://schema.org/${failed ? 'FailedActionStatus' : 'CompletedActionStatus'}`,
      ...(failed && result?.failure !== undefined ? { error: result.failure.message } : {}),
    },
    ...(license === undefined ? [noLicense] : []),
    ...(person === undefined ? [] : [person]),
    ...(image === undefined ? [] : [image]),
    ...objects.filter(({ '@id': id }) => !files.some(({ path }) => idOf(path) === id)),
    ...results,
    ...environment,
  ];
  return {
    '@context': ['https://w3id.org/ro/crate/1.1/context', 'https://w3id.org/ro/terms/workflow-run/context'],
    '@graph': graph,
  };
}

function programEntity({ program, record }: CrateRequest): Entity {
  if (program !== undefined) return { '@id': idOf(program) };
  const interpreter = knownValue(record.plan.interpreter);
  return {
    '@id': '#program',
    '@type': 'SoftwareApplication',
    name: interpreter?.implementation ?? record.plan.argv[0] ?? 'program',
    ...(interpreter?.version === undefined ? {} : { softwareVersion: interpreter.version }),
  };
}

function versionOf(plan: Plan): { version?: string } {
  const head = knownValue(plan.code)?.head;
  return head === undefined ? {} : { version: head };
}

function inputEntities({ inputs }: CrateRequest): Entity[] {
  return inputs.map(({ path, sha256, inCrate }, place) =>
    inCrate
      ? { '@id': idOf(`code/${path}`) }
      : {
          '@id': `#input-${place + 1}`,
          '@type': 'CreativeWork',
          name: path,
          description: 'An input that is not part of this crate',
          ...(sha256 === undefined ? {} : { sha256 }),
        },
  );
}

function parameterEntities(plan: Plan): Entity[] {
  return Object.entries(plan.parameters).map(([name, { value }], place) => ({
    '@id': `#parameter-${place + 1}`,
    '@type': 'PropertyValue',
    name,
    value: String(value),
  }));
}

function metricEntities(result: Result | undefined): Entity[] {
  return Object.entries(result?.metrics ?? {}).map(([name, { last, lastStep }], place) => ({
    '@id': `#metric-${place + 1}`,
    '@type': 'PropertyValue',
    name,
    value: metricValueToJson(last),
    description: `Last value, at step ${lastStep}`,
  }));
}

function outputEntities(result: Result | undefined): Entity[] {
  return (result?.outputs ?? []).filter(wasWritten).map(({ path, sha256, size }, place) => ({
    '@id': `#output-${place + 1}`,
    '@type': 'CreativeWork',
    name: withoutPlaceholder(path),
    description: 'An output that is not part of this crate',
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(size === undefined ? {} : { size: String(size) }),
  }));
}

function variableEntities(plan: Plan): Entity[] {
  return Object.entries(plan.variables).flatMap(([name, variable], place): Entity[] =>
    'value' in variable && typeof variable.value === 'string'
      ? [{ '@id': `#variable-${place + 1}`, '@type': 'PropertyValue', name, value: variable.value }]
      : [],
  );
}

function imageEntity({ environment }: Plan): Entity | undefined {
  const { container } = environment;
  if (container === undefined) return undefined;
  const [repository = '', digest] = (container.repoDigests[0] ?? container.image ?? container.imageId).split(
    '@',
  );
  const [first = '', ...rest] = repository.split('/');
  const hasRegistry = rest.length > 0 && /[.:]|^localhost$/.test(first);
  return {
    '@id': '#image',
    '@type': 'ContainerImage',
    additionalType: ref('https://w3id.org/ro/terms/workflow-run#DockerImage'),
    registry: hasRegistry ? first : 'docker.io',
    name: hasRegistry ? rest.join('/') : repository,
    ...(digest === undefined ? {} : { sha256: digest.replace('sha256:', '') }),
  };
}

function ref(id: string): { '@id': string } {
  return { '@id': id };
}

/** One alone stands without a list, and none at all not, as RO-Crate has it. */
function linked(property: string, entities: readonly Entity[]): Readonly<Record<string, unknown>> {
  const refs = entities.map(one => ref(one['@id']));
  return refs.length === 0 ? {} : { [property]: refs.length === 1 ? refs[0] : refs };
}

/** The profile knows UTC as `+00:00` alone. */
function withOffset(time: string): string {
  return time.replace(/Z$/, '+00:00');
}

/** Paths as URIs: RO-Crate 1.1 asks for percent encoding. */
function idOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
