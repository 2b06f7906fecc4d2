/** The parts of a run record as one line each. */
import { formatCommand } from '../../base/runCommand.ts';
import { importKindNames, isImportKind } from '../../imports/importKind.ts';
import type { CauseReport, CauseTrial } from '../../runs/causeReport.ts';
import { knownValue } from '../../runs/known.ts';
import type { Known } from '../../runs/known.ts';
import type { Artifact } from '../../runs/listArtifacts.ts';
import type { Origin } from '../../runs/plan.ts';
import type { ReportedModel } from '../../runs/reported.ts';
import type { RunDetails } from '../../runs/runDetails.ts';
import type { SharedRecord } from '../../runs/sharedRecord.ts';
import { momentText, numberText, shortId, sizeText } from './describe.ts';

export function commandText([program, ...args]: readonly string[]): string | undefined {
  return program === undefined ? undefined : formatCommand(program, args);
}

/** `from MLflow: 22fd5dbb in /data/mlruns, 14:03`. */
export function originText({ kind, path, id, importedAt }: Origin): string {
  const tool = isImportKind(kind) ? importKindNames[kind] : kind;
  return `from ${tool}: ${id} in ${path}, ${momentText(importedAt)}`;
}

/** `by Ana in origin (https://…), 14:03; not confirmed yet`. */
export function sharedText({
  remote,
  url,
  sharedBy,
  sharedAt,
  fetchedAt,
  confirmedAt,
}: SharedRecord): string {
  const who = sharedBy === undefined ? '' : `by ${sharedBy} `;
  const looked = confirmedAt === undefined ? '; nobody here has confirmed what it runs' : '';
  return `${who}in ${remote} (${url}), ${momentText(sharedAt ?? fetchedAt)}${looked}`;
}

export function modelText({ name, id, registeredAs, version }: ReportedModel): string {
  const registered =
    registeredAs === undefined
      ? ''
      : `  registered as ${registeredAs}${version === undefined ? '' : ` version ${version}`}`;
  return `${name}${id === name ? '' : `  ${id}`}${registered}`;
}

export function artifactText({ path, kind, size }: Artifact): string {
  return `${path}  ${kind === 'link' ? 'a link' : sizeText(size)}`;
}

export function codeText({ plan }: RunDetails): string | undefined {
  if (plan === undefined) return undefined;
  return knownText(plan.code, code => {
    const commit = code.head?.slice(0, 10) ?? 'no commit yet';
    const branch = code.branch === undefined ? 'no branch' : code.branch;
    const changed =
      code.changedCount === 0
        ? ''
        : `, ${code.changedCount} ${code.changedCount === 1 ? 'file' : 'files'} changed`;
    return `${commit} on ${branch}${changed}, snapshot ${code.tree.slice(0, 10)}`;
  });
}

/** The value, with a word where it is not measured; the reason where it is unknown. */
export function knownText<T>(known: Known<T> | undefined, text: (value: T) => string): string | undefined {
  if (known === undefined) return undefined;
  const value = knownValue(known);
  if (known.known === 'unknown' || value === undefined)
    return `unknown${known.known === 'unknown' ? `: ${known.reason}` : ''}`;
  const reason = known.known === 'declared' && known.reason !== undefined ? `: ${known.reason}` : '';
  return text(value) + (known.known === 'declared' ? ` (not exact${reason})` : '');
}

/** What was found, then each trial with what it showed. */
export function causeLines({ at, host, reproductionId, sentence, control, trials }: CauseReport): string[] {
  const outcome = ({ joins, identicalThrough, apartAt, unclear, problem }: Partial<CauseTrial>): string => {
    if (problem !== undefined) return `could not be made: ${problem}`;
    if (joins === true) return 'joins the original';
    if (unclear === true) return 'near both runs, which tells nothing';
    if (apartAt !== undefined) return `apart by more than noise from step ${numberText(apartAt)} on`;
    return identicalThrough === undefined
      ? 'does not join the original'
      : `equal through step ${numberText(identicalThrough)}`;
  };
  const line = (trial: Partial<CauseTrial>): string => {
    const id = trial.reproductionId === undefined ? '' : `${shortId(trial.reproductionId)}  `;
    return `  ${id}${trial.restored ?? 'control, nothing set back'}: ${outcome(trial)}`;
  };
  return [
    `${momentText(at)} on ${host}, of ${shortId(reproductionId)}: ${sentence}`,
    ...[...(control === undefined ? [] : [control]), ...trials].map(line),
  ];
}

export function fileLines(
  uses: readonly {
    path: string;
    size?: number | undefined;
    sha256?: string | undefined;
    problem?: string | undefined;
    unwritten?: boolean | undefined;
  }[],
): string[] {
  return uses.map(use =>
    [
      use.path,
      use.size === undefined ? '' : sizeText(use.size),
      use.sha256?.slice(0, 12) ?? use.problem ?? 'not hashed yet',
      use.unwritten === true ? '(lay there before, not written by the run)' : '',
    ]
      .filter(text => text !== '')
      .join('  '),
  );
}
