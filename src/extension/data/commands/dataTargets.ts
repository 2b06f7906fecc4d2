/** What a data command is meant for: tree nodes, Source Control rows, files of the Explorer, or a chosen pinned path. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PathStatus } from '../../../data/operations/dataStatus.ts';
import type { DataModel, OpenPlace } from '../dataModel.ts';
import { pathOf, type LineNode, type OutputNode, type PlaceNode } from '../dataNodes.ts';
import { amountText, lackText, stateWord } from '../dataWords.ts';

export interface DataTarget {
  readonly place: OpenPlace;
  /** Relative to the root, forward slashes: pinned paths, or files inside pinned folders. Empty for all of them. */
  readonly paths: readonly string[];
}

export interface TargetQuestion {
  readonly title: string;
  /** Which pinned paths make sense. */
  readonly offer: (status: PathStatus) => boolean;
}

/** What was clicked and selected; else asks for pinned paths. Undefined when the person leaves the question. */
export async function targetOf(
  model: DataModel,
  args: readonly unknown[],
  question: TargetQuestion,
): Promise<DataTarget | undefined> {
  await model.ready;
  const clicked = clickedTargets(model, args);
  const [first] = clicked;
  if (first === undefined) return askForPath(model, question);
  // A selection over several working trees: the first one's.
  return {
    place: first.place,
    paths: clicked.filter(({ place }) => place === first.place).map(one => one.path),
  };
}

/** The working tree that is meant; asks only where there are several with data. */
export async function placeOf(
  model: DataModel,
  args: readonly unknown[],
  title: string,
): Promise<OpenPlace | undefined> {
  await model.ready;
  const [clicked] = clickedTargets(model, args);
  if (clicked !== undefined) return clicked.place;
  const [first] = args;
  if (isPlaceNode(first)) return first.place;
  if (isSourceControl(first)) {
    const root = first.rootUri?.fsPath;
    const place = model.snapshot.places.find(candidate => candidate.root === root);
    if (place !== undefined) return place;
  }
  const places = model.snapshot.places.filter(({ hasData }) => hasData);
  if (places.length <= 1) return places[0];
  const picked = await vscode.window.showQuickPick(
    places.map(place => ({ place, label: place.folder.name, description: place.root })),
    { title, placeHolder: vscode.l10n.t('Choose a folder') },
  );
  return picked?.place;
}

/** Absolute paths, as operations take them. */
export function absolutePaths({ place, paths }: DataTarget): string[] {
  return paths.map(path => join(place.root, path));
}

interface Clicked {
  readonly place: OpenPlace;
  readonly path: string;
}

function clickedTargets(model: DataModel, args: readonly unknown[]): Clicked[] {
  const [first, second] = args;
  // Trees and the Explorer pass the clicked one and the selection; Source Control passes each row as an argument.
  const all =
    Array.isArray(second) && second.length > 0 ? (second as unknown[]) : isResource(first) ? args : [first];
  const found = all.flatMap(one => clickedOne(model, one));
  return found.filter(
    (one, index) => found.findIndex(other => other.path === one.path && other.place === one.place) === index,
  );
}

function clickedOne(model: DataModel, value: unknown): Clicked[] {
  if (isPathNode(value))
    return [{ place: value.kind === 'output' ? value.place : value.output.place, path: pathOf(value) }];
  if (value instanceof vscode.Uri) {
    const found = model.statusOf(value);
    if (found !== undefined) return [{ place: found.place, path: found.path }];
    return [];
  }
  if (!isResource(value)) return [];
  const place = model.snapshot.places.find(({ root }) => root === value.root);
  return place === undefined ? [] : [{ place, path: value.path }];
}

async function askForPath(model: DataModel, question: TargetQuestion): Promise<DataTarget | undefined> {
  const picks = model.snapshot.places.flatMap(place =>
    (model.snapshot.views.get(place.root)?.status.paths ?? []).filter(question.offer).map(status => ({
      place,
      path: status.path,
      label: status.path,
      iconPath: status.folder ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File,
      description: [
        amountText(status),
        status.state === 'in-sync' ? '' : stateWord(status.state),
        lackText(status),
      ]
        .filter(part => part !== '')
        .join(' · '),
    })),
  );
  if (picks.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no pinned path to do this with.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(picks, {
    title: question.title,
    placeHolder: vscode.l10n.t('Choose a pinned file or folder'),
    matchOnDescription: true,
  });
  return picked === undefined ? undefined : { place: picked.place, paths: [picked.path] };
}

function hasKind(value: unknown): value is { readonly kind: unknown } {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function isPathNode(value: unknown): value is OutputNode | LineNode {
  return hasKind(value) && (value.kind === 'output' || value.kind === 'line');
}

function isPlaceNode(value: unknown): value is PlaceNode {
  return hasKind(value) && value.kind === 'place';
}

function isSourceControl(value: unknown): value is vscode.SourceControl {
  return typeof value === 'object' && value !== null && 'rootUri' in value && 'createResourceGroup' in value;
}

function isResource(value: unknown): value is { readonly root: string; readonly path: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'root' in value &&
    'path' in value &&
    typeof value.root === 'string' &&
    typeof value.path === 'string'
  );
}
