/**
 * `provenance.intoto.json` of an exported run: which files came out of which inputs, for tools of supply chains. An in-toto
 * Statement v1 (https://github.com/in-toto/attestation/tree/main/spec/v1) whose predicate is SLSA Provenance v1
 * (https://slsa.dev/spec/v1.0/provenance). Unsigned: who vouches for it signs it.
 */
import { capturedSchema, packageListSchema, type Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { EnvironmentIdentity } from '../../runs/plan.ts';
import type { Result } from '../../runs/result.ts';
import type { CheckedRecord } from '../record/checkRecord.ts';
import { recordPathOf } from '../record/manifest.ts';
import { withoutPlaceholder } from '../record/neutralText.ts';
import { resultOf } from './checkedRecord.ts';
import { wasWritten } from '../../runs/wasWritten.ts';

const tool = 'https://marketplace.visualstudio.com/items?itemName=lockstep.lockstep';

/** SLSA's ResourceDescriptor; digests are hex, by the name of their algorithm. */
interface Resource {
  readonly name?: string;
  readonly uri?: string;
  readonly digest?: Readonly<Record<string, string>>;
}

/** Undefined where nothing can be vouched for: the run did not finish, or none of its outputs has a hash. */
export function provenanceStatement(record: CheckedRecord, toolVersion: string): object | undefined {
  const { plan } = record;
  const result = resultOf(record);
  const subject = outputsOf(result);
  if (result?.state !== 'finished' || subject.length === 0) return undefined;
  const parameters = Object.fromEntries(
    Object.entries({ ...plan.parameters, ...result.reportedParameters }).map(([name, { value }]) => [
      name,
      value,
    ]),
  );
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${tool}#run-v1`,
        externalParameters: { command: plan.argv.map(withoutPlaceholder), folder: plan.cwd, parameters },
        internalParameters: { environment: plan.environment.kind },
        resolvedDependencies: [
          ...codeOf(record),
          ...inputsOf(record),
          ...imageOf(plan.environment),
          ...packagesOf(record),
        ],
      },
      runDetails: {
        builder: { id: tool, version: { lockstep: toolVersion } },
        metadata: {
          invocationId: plan.id,
          ...(result.startedAt === undefined ? {} : { startedOn: result.startedAt }),
          finishedOn: result.endedAt,
        },
      },
    },
  };
}

/** Of a folder the record has a hash of its listing, which no other tool could check. */
function outputsOf(result: Result | undefined): Resource[] {
  return (result?.outputs ?? [])
    .filter(wasWritten)
    .flatMap(({ path, sha256, volatile, hashOf: folder }) =>
      sha256 === undefined || volatile === true || folder !== undefined
        ? []
        : [{ name: withoutPlaceholder(path), digest: { sha256 } }],
    );
}

function codeOf({ plan }: CheckedRecord): Resource[] {
  const code = knownValue(plan.code);
  if (code === undefined) return [];
  const { origin = Object.values(code.remotes)[0] } = code.remotes;
  return [
    {
      name: 'code',
      ...gitUri(origin, code.head),
      // The tree is what ran: the working files, whatever was committed.
      digest: { gitTree: code.tree, ...(code.head === undefined ? {} : { gitCommit: code.head }) },
    },
    ...code.submodules.map(({ path, url, head, tree }) => ({
      name: path,
      ...gitUri(url, head),
      digest: { gitTree: tree, gitCommit: head },
    })),
  ];
}

/** As SPDX writes them (`git+https://…@commit`); none for a folder of somebody's. */
function gitUri(remote: string | undefined, commit: string | undefined): { uri?: string } {
  const scp = /^(?<who>[\w.-]+@[\w.-]+):(?!\/)(?<path>\S+)$/.exec(remote ?? '')?.groups;
  const url = scp === undefined ? remote : `ssh://${scp['who'] ?? ''}/${scp['path'] ?? ''}`;
  if (url === undefined || !/^(?:https?|ssh|git):\/\/\S+$/.test(url)) return {};
  return { uri: `git+${url}${commit === undefined ? '' : `@${commit}`}` };
}

function inputsOf(record: CheckedRecord): Resource[] {
  const captured = capturedSchema.safeParse(record.values.get(recordPathOf('captured.json'))).data;
  return (captured?.inputs ?? []).flatMap(({ path, sha256, inSnapshot, hashOf: folder }) =>
    sha256 === undefined || inSnapshot === true || folder !== undefined
      ? []
      : [{ name: withoutPlaceholder(path), digest: { sha256 } }],
  );
}

function imageOf({ container }: EnvironmentIdentity): Resource[] {
  if (container === undefined) return [];
  const [named = container.imageId] = container.repoDigests;
  const digest = /sha256:([0-9a-f]{64})$/.exec(named)?.[1];
  return digest === undefined
    ? []
    : [{ name: container.image ?? 'image', uri: named, digest: { sha256: digest } }];
}

/** As package URLs (https://github.com/package-url/purl-spec). What is part of the code stands there. */
function packagesOf(record: CheckedRecord): Resource[] {
  const list = packageListSchema.safeParse(record.values.get(recordPathOf('packages.json'))).data;
  return (list?.packages ?? []).flatMap(one => {
    if (one.editable === true) return [];
    const [archive, ...others] = one.hashes ?? [];
    const sha256 = others.length === 0 ? /^sha256:([0-9a-f]{64})$/.exec(archive ?? '')?.[1] : undefined;
    return [{ uri: packageUrl(one), ...(sha256 === undefined ? {} : { digest: { sha256 } }) }];
  });
}

function packageUrl({ name, version, url, vcs, build, channel }: Package): string {
  const conda = build !== undefined;
  const called = conda ? name : name.toLowerCase().replaceAll('_', '-');
  const qualifiers = Object.entries({
    build,
    channel: conda ? channel : undefined,
    [vcs === undefined ? 'download_url' : 'vcs_url']:
      vcs === undefined || url === undefined ? url : `${vcs}+${url}`,
  }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${encodeURIComponent(value)}`]));
  return [
    `pkg:${conda ? 'conda' : 'pypi'}/${encodeURIComponent(called)}@${encodeURIComponent(version)}`,
    ...(qualifiers.length === 0 ? [] : [qualifiers.join('&')]),
  ].join('?');
}
