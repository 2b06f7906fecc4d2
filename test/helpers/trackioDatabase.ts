/** A database as trackio 0.43.0 makes it, in a folder of its own, written like it does. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export class TrackioDatabase {
  readonly path: string;
  readonly #writer: DatabaseSync;
  #next: number;

  /** @param start Of the first row, milliseconds since the epoch; each further one is a second later. */
  constructor(folder: string, start: number) {
    this.#next = start;
    mkdirSync(folder, { recursive: true });
    this.path = join(folder, 'my digits.db');
    writeFileSync(join(folder, 'my digits.lock'), '');
    this.#writer = new DatabaseSync(this.path);
    this.#writer.exec(`pragma journal_mode = wal;
      create table if not exists metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, timestamp TEXT NOT NULL,
        run_name TEXT NOT NULL, step INTEGER NOT NULL, metrics TEXT NOT NULL, log_id TEXT, space_id TEXT);
      create table if not exists configs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, run_name TEXT NOT NULL,
        config TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE(run_id));
      create table if not exists system_metrics (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL,
        timestamp TEXT NOT NULL, run_name TEXT NOT NULL, metrics TEXT NOT NULL, log_id TEXT, space_id TEXT);`);
  }

  /** The program writes its JSON as bytes. */
  log(run: string, step: number, metrics: object): void {
    this.#writer
      .prepare('insert into metrics (run_id, timestamp, run_name, step, metrics) values (?, ?, ?, ?, ?)')
      .run(`id of ${run}`, this.#now(), run, step, Buffer.from(JSON.stringify(metrics)));
  }

  system(run: string, metrics: object): void {
    this.#writer
      .prepare('insert into system_metrics (run_id, timestamp, run_name, metrics) values (?, ?, ?, ?)')
      .run(`id of ${run}`, this.#now(), run, JSON.stringify(metrics));
  }

  config(run: string, config: object): void {
    this.#writer
      .prepare('insert into configs (run_id, run_name, config, created_at) values (?, ?, ?, ?)')
      .run(`id of ${run}`, run, Buffer.from(JSON.stringify(config)), this.#now());
  }

  /** In one transaction. */
  together(write: () => void): void {
    this.#writer.exec('begin');
    write();
    this.#writer.exec('commit');
  }

  close(): void {
    this.#writer.close();
  }

  #now(): string {
    const now = new Date(this.#next).toISOString().replace('Z', '123+00:00');
    this.#next += 1000;
    return now;
  }
}
