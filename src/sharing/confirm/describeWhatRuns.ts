/**
 * What a run would do on this machine, for a person to read before they say yes: everything that decides what is executed
 * and what it can reach. Nothing is left out to be short, and no character hides.
 */
import { formatCommand } from '../../base/runCommand.ts';
import type { LeadingLink } from '../../git/linksLeadingOut.ts';
import type { Package } from '../../runs/captured.ts';
import { knownValue } from '../../runs/known.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import { isConfirmedFor, type ConfirmedPlace } from '../../runs/sharedRecord.ts';
import { visibleText } from './visibleText.ts';

export interface DescribedPart {
  /** `command`, `folder`, `environment`… */
  readonly label: string;
  /** One item a line; safe to print. */
  readonly lines: readonly string[];
}

/** Of the part that comes first where there is something to say. */
export const linksLabel = 'links';

export interface WhatRuns {
  readonly id: string;
  /** Where it came from, one line; safe to print. */
  readonly from: string;
  readonly parts: readonly DescribedPart[];
}

/** Whether a person has yet to agree to what a run does: it came from somebody else. */
export function needsConfirmation(
  { shared }: Pick<RunDetails, 'shared'>,
  place: ConfirmedPlace = 'checkout',
): boolean {
  return shared !== undefined && !isConfirmedFor(shared, place);
}

/** The standard input that is in the record. */
export interface StoredInput {
  /** Bytes; undefined where it cannot be read, as the hash. */
  readonly size: number | undefined;
  readonly sha256: string | undefined;
  /** Its beginning. */
  readonly start: string;
}

export interface WhatRunsFacts {
  readonly place: ConfirmedPlace;
  /** As captured, where the list is here. */
  readonly packages?: readonly Package[] | undefined;
  readonly input?: StoredInput | undefined;
  /** Of its code, those that lead out of it; undefined where the code is not here. */
  readonly links?: readonly LeadingLink[] | undefined;
}

export function describeWhatRuns(
  run: RunDetails,
  { place, packages, input, links }: WhatRunsFacts,
): WhatRuns {
  const { plan, captured, result, shared } = run;
  const code = knownValue(plan?.code);
  const parts: DescribedPart[] = [];
  const add = (label: string, lines: readonly (string | undefined)[]): void => {
    const there = lines
      .filter(line => line !== undefined && line !== '')
      .map(line => visibleText(line ?? ''));
    if (there.length > 0) parts.push({ label, lines: there });
  };
  // What leads out of the checkout nobody expects in code.
  if (place !== 'workspace') add(linksLabel, linkLines(run, links));
  const [program = '', ...args] = plan?.argv ?? [];
  add('command', [formatCommand(program, args)]);
  add('standard input', inputLines(run, input));
  const where = place === 'workspace' ? 'this workspace, among your files' : 'a private checkout';
  add('folder', [plan?.cwd === '' ? `the top of ${where}` : `${plan?.cwd ?? ''} in ${where}`]);
  add('code', [
    place === 'workspace' ? 'as it is in this workspace; the run had:' : undefined,
    code === undefined ? 'not known' : `snapshot ${code.tree.slice(0, 12)}`,
    code?.head === undefined
      ? undefined
      : `commit ${code.head.slice(0, 12)}${code.branch === undefined ? '' : ` of ${code.branch}`}`,
    ...(code?.changed ?? []).slice(0, 20).map(({ path, status }) => `${status} ${path}`),
    (code?.changedCount ?? 0) > 20 ? `and ${(code?.changedCount ?? 0) - 20} more changed files` : undefined,
    ...(code?.submodules ?? []).map(
      ({ path, head, tree, dirty, url }) =>
        `submodule ${path}: commit ${head.slice(0, 12)}, files ${tree.slice(0, 12)}${dirty ? ', changed' : ''}${url === undefined ? '' : `, of ${url}`}`,
    ),
  ]);
  add('environment', environmentLines(run, place));
  add('packages', packageLines(packages));
  const variables = Object.entries(plan?.variables ?? {}).flatMap(([name, variable]) =>
    'value' in variable && typeof variable.value === 'string' ? [`${name}=${variable.value}`] : [],
  );
  add('variables', variables);
  add(
    'secrets',
    (plan?.secretArguments ?? []).map(place => `asked for: ${plan?.argv[place] ?? ''}`),
  );
  add('reads', paths((captured?.inputs ?? []).filter(input => input.inSnapshot !== true)));
  add(
    'writes',
    paths([...(result?.outputs ?? []), ...(plan?.declaredOutputs ?? []).map(path => ({ path }))]),
  );
  add('network', [networkLine(run, place)]);
  const who = shared?.sharedBy === undefined ? '' : ` by ${shared.sharedBy}`;
  const since = shared?.pushedBy === undefined ? '' : `, with what ${shared.pushedBy} added`;
  return {
    id: run.id,
    from: visibleText(
      shared === undefined ? 'recorded here' : `shared${who} in ${shared.remote} (${shared.url})${since}`,
    ),
    parts,
  };
}

/** As restore/takeInLinks.ts deals with them. */
function linkLines({ plan, result }: RunDetails, links: WhatRunsFacts['links']): string[] {
  if (links === undefined)
    return plan?.code.known === 'unknown' ? [] : ['told when its code is fetched, which is after your yes'];
  const written = [...(result?.outputs ?? []).map(({ path }) => path), ...(plan?.declaredOutputs ?? [])];
  return links
    .slice(0, mostPaths)
    .map(({ path, target }) => {
      const isWritten = written.some(one => one === path || one.startsWith(`${path}/`));
      const what = isWritten
        ? 'the run wrote through it; a folder or file of its own takes its place'
        : 'what lies there can be read, and written to as you can';
      return `${path} leads out of the checkout, to ${target ?? 'a place with a very long name'}: ${what}`;
    })
    .concat(links.length > mostPaths ? [`and ${links.length - mostPaths} more`] : []);
}

const shownInputLines = 12;

function inputLines({ plan }: RunDetails, input: StoredInput | undefined): string[] {
  if (plan?.stdin !== 'stored') return [];
  const size = input?.size === undefined ? 'of unknown size' : `${input.size} bytes`;
  const lines = (input?.start ?? '').split('\n');
  return [
    `stored with the run, ${size}, SHA-256 ${input?.sha256 ?? 'unknown'}${lines.length > shownInputLines ? '; it begins:' : ''}`,
    ...lines.slice(0, shownInputLines),
  ];
}

/** Those from an index are what their names say; the others are whatever somebody put there. */
function packageLines(packages: readonly Package[] | undefined): string[] {
  if (packages === undefined) return [];
  const own = packages.filter(one => one.url !== undefined || one.vcs !== undefined || one.editable === true);
  return [
    `${packages.length} in all, installed once more where they are not here`,
    ...own.map(({ name, version, url, vcs, editable, location }) => {
      const from = `${vcs === undefined ? '' : `${vcs} `}${url ?? location ?? 'an unknown place'}`;
      return `${name} ${version} from ${from}${editable === true ? ', editable' : ''}`;
    }),
  ];
}

function environmentLines({ plan }: RunDetails, place: ConfirmedPlace): (string | undefined)[] {
  if (plan === undefined) return [];
  const { kind, container, python } = plan.environment;
  const interpreter = knownValue(plan.interpreter);
  if (place === 'host' && container !== undefined)
    return [
      'this machine, as you, with all that you can read and write: not the container that it ran in',
      `it had ${kind}, image ${container.image ?? container.imageId}`,
    ];
  if (container === undefined)
    return [
      kind === 'host' ? 'this machine, as you' : kind,
      interpreter === undefined ? undefined : `interpreter ${interpreter.path}`,
      python === undefined ? undefined : `environment ${python.folder}`,
    ];
  const asked = Object.keys(container.passed ?? {});
  return [
    `${place === 'workspace' ? '' : 'a container of its own, of '}${kind}, image ${container.image ?? container.imageId}`,
    container.image === undefined ? undefined : container.imageId,
    ...container.repoDigests,
    place === 'workspace' ? undefined : imageLine(container.repoDigests),
    container.user === undefined ? undefined : `user ${container.user}`,
    ...(container.mounts ?? []).map(
      ({ type, source, target }) => `had ${type} ${source} at ${target}; it is not given here`,
    ),
    asked.length === 0
      ? undefined
      : `had settings ${asked.join(', ')}; of those only what gives no rights over this machine`,
  ];
}

/** The ways of `restore/imageRoute.ts`, in their order. */
function imageLine(digests: readonly string[]): string {
  return [
    'where the image is not here, it is',
    digests.length === 0 ? '' : 'pulled by its digest, else',
    'built from the devcontainer of the code, whose build commands then run;',
    'never on this machine itself, about which you would be asked again',
  ]
    .filter(part => part !== '')
    .join(' ');
}

function networkLine({ plan }: RunDetails, place: ConfirmedPlace): string {
  const container = plan?.environment.container;
  if (container === undefined || place === 'host') return 'as this machine has it';
  return container.network === 'none' ? 'none' : 'as the container has it; --no-network takes it away';
}

const mostPaths = 40;

function paths(uses: readonly { readonly path: string }[]): string[] {
  const all = [...new Set(uses.map(({ path }) => path))];
  return all.length > mostPaths ? [...all.slice(0, mostPaths), `and ${all.length - mostPaths} more`] : all;
}
