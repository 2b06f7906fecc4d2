/**
 * Turns pictures and tables among the artifacts into media of their runs, each once: when they arrive over HTTP, when a
 * tag says that there are some, and at the end.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import * as z from 'zod';
import { readMediaLines, type MediaEntry } from '../../runs/media.ts';
import type { RunPaths } from '../../runs/runPaths.ts';
import { artifactParts } from './artifactPath.ts';
import { runArtifactFolder } from './artifactPlaces.ts';
import { imagesFolder, loggedImage } from './loggedImages.ts';
import { tagNames } from './runTags.ts';
import type { Tracker } from './tracker.ts';
import type { MlflowRun } from './trackingState.ts';

const loggedArtifactsSchema = z.array(z.looseObject({ path: z.string(), type: z.string() }));

/** A run that logs a picture a step is looked through this often, not each time. */
const scanEveryMs = 1000;

export class MediaFollower {
  readonly #tracker: Tracker;
  /** Run folder → files that are media already. */
  readonly #known = new Map<string, Set<string>>();
  readonly #scanned = new Map<string, number>();
  readonly #later = new Map<string, NodeJS.Timeout>();

  constructor(tracker: Tracker) {
    this.#tracker = tracker;
    tracker.onTags = (run, tags) => this.#tagged(run, tags);
  }

  /** A file came over HTTP. */
  received(run: MlflowRun, path: string): void {
    const folder = runArtifactFolder(this.#tracker, run);
    if (dirname(path) === join(folder, imagesFolder)) this.#addImage(run, path);
  }

  /** What is there now and was not seen; at the end, when files may have come that no tag told of. */
  scanAll(): void {
    for (const timer of this.#later.values()) clearTimeout(timer);
    this.#later.clear();
    for (const run of this.#tracker.state.runs.values()) {
      this.#scanImages(run);
      const tables = run.tags.get(tagNames.loggedArtifacts);
      if (tables !== undefined) this.#addTables(run, tables);
    }
  }

  #tagged(run: MlflowRun, tags: ReadonlyMap<string, string>): void {
    const tables = tags.get(tagNames.loggedArtifacts);
    if (tables !== undefined) this.#addTables(run, tables);
    if (!tags.has(tagNames.loggedImages) || this.#later.has(run.id)) return;
    const wait = (this.#scanned.get(run.id) ?? 0) + scanEveryMs - Date.now();
    if (wait <= 0) this.#scanImages(run);
    else {
      const timer = setTimeout(() => {
        this.#later.delete(run.id);
        this.#scanImages(run);
      }, wait);
      timer.unref();
      this.#later.set(run.id, timer);
    }
  }

  #scanImages(run: MlflowRun): void {
    this.#scanned.set(run.id, Date.now());
    const folder = this.#folderOf(run);
    if (folder === undefined) return;
    let names: string[];
    try {
      names = readdirSync(join(folder, imagesFolder));
    } catch {
      return;
    }
    const entries = names
      .map(name => ({ name, time: loggedImage(name)?.time }))
      .filter((entry): entry is { name: string; time: number } => entry.time !== undefined)
      .sort((a, b) => a.time - b.time);
    for (const { name } of entries) this.#addImage(run, join(folder, imagesFolder, name));
  }

  #addImage(run: MlflowRun, path: string): void {
    const image = loggedImage(basename(path));
    if (image !== undefined) this.#add(run, path, image);
  }

  #addTables(run: MlflowRun, text: string): void {
    const folder = this.#folderOf(run);
    if (folder === undefined) return;
    for (const table of readLoggedArtifacts(text)) {
      if (table.type !== 'table') continue;
      const path = join(folder, ...safeParts(table.path));
      if (path !== folder && existsSync(path))
        this.#add(run, path, { kind: 'table', key: table.path, step: 0, time: Date.now() });
    }
  }

  #folderOf(run: MlflowRun): string | undefined {
    return this.#pathsOf(run) && runArtifactFolder(this.#tracker, run);
  }

  /** Undefined while a child run cannot be made: the look at the end finds its files. */
  #pathsOf(run: MlflowRun): RunPaths | undefined {
    try {
      return this.#tracker.target(run).paths;
    } catch {
      return undefined;
    }
  }

  #add(run: MlflowRun, path: string, entry: MediaEntry): void {
    const paths = this.#pathsOf(run);
    if (paths === undefined) return;
    const { dir, media } = paths;
    let known = this.#known.get(dir);
    if (known === undefined) this.#known.set(dir, (known = new Set(filesIn(media))));
    const file = relative(dir, path).split(sep).join('/');
    if (known.has(file)) return;
    known.add(file);
    const rank = run.rank === undefined ? {} : { rank: run.rank };
    const whole = { ...entry, ...rank, file };
    void this.#tracker.keep([() => this.#tracker.openedTarget(run).media(whole)]);
  }
}

function filesIn(mediaPath: string): string[] {
  try {
    return readMediaLines(readFileSync(mediaPath, 'utf8')).flatMap(({ file }) => file ?? []);
  } catch {
    return [];
  }
}

function readLoggedArtifacts(text: string): z.output<typeof loggedArtifactsSchema> {
  try {
    return loggedArtifactsSchema.safeParse(JSON.parse(text)).data ?? [];
  } catch {
    return [];
  }
}

function safeParts(path: string): string[] {
  try {
    return artifactParts(path);
  } catch {
    return [];
  }
}
