/**
 * Reads whole tables of a SQLite database, row after row, without SQLite: no native module, no WebAssembly, and above
 * all nothing that could write. Ordinary (rowid) tables only. Memory is bounded by the longest row; damage ends in an
 * error, never in a loop.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { databaseChanging, databaseDamaged } from './errors.ts';
import { tableColumns } from './tableColumns.ts';
import { PageFile } from './pageFile.ts';
import { readVarint, TableRow } from './tableRow.ts';

/** Interior pages above a leaf: enough for more pages than a file can have. */
const deepest = 40;
const longestRow = 64 * 1024 * 1024;
/** After so many leaves others get their turn. */
const leavesPerTurn = 128;

export interface Table {
  readonly name: string;
  /** Lower case, in the order of the record. */
  readonly columns: readonly string[];
  /** The column that is another name of the row number; -1 for none. */
  readonly rowidColumn: number;
  readonly root: number;
}

interface Leaf {
  readonly page: Buffer;
  readonly number: number;
}

export class Database {
  readonly path: string;
  readonly #file: PageFile;
  readonly #tables = new Map<string, Table>();

  private constructor(file: PageFile) {
    this.path = file.path;
    this.#file = file;
  }

  /** Throws `database-not-sqlite`, `database-in-transaction`, `database-damaged`. */
  static async open(path: string, signal?: AbortSignal): Promise<Database> {
    const database = new Database(new PageFile(path));
    try {
      await database.#readSchema(signal);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  }

  /** By its name in lower case. */
  table(name: string): Table | undefined {
    return this.#tables.get(name);
  }

  /**
   * Calls `onRow` for every row after the row number `after`, in the order of the row numbers. The row is the same object each time, and true only
   * during the call. Rejects with `database-damaged`, `database-changing` (somebody wrote meanwhile), or the reason of
   * `signal`.
   */
  async scan(
    table: Table,
    onRow: (row: TableRow) => void,
    signal?: AbortSignal,
    after = Number.NEGATIVE_INFINITY,
  ): Promise<void> {
    try {
      let leaves = 0;
      for (const leaf of this.#leaves(table.root, after)) {
        signal?.throwIfAborted();
        this.#rowsOf(leaf, table.rowidColumn, onRow, after);
        if (++leaves % leavesPerTurn === 0) await nextTurn();
      }
    } catch (error) {
      if (this.#file.changed()) throw databaseChanging(this.path);
      if (error instanceof RangeError) throw databaseDamaged(this.path, `table ${table.name}`);
      throw error;
    }
    if (this.#file.changed()) throw databaseChanging(this.path);
  }

  close(): void {
    this.#file.close();
  }

  async #readSchema(signal: AbortSignal | undefined): Promise<void> {
    const schema: Table = { name: 'sqlite_schema', columns: [], rowidColumn: -1, root: 1 };
    await this.scan(
      schema,
      row => {
        const [type, name, root, sql] = [row.text(0), row.text(1), row.number(3), row.text(4)];
        if (type !== 'table' || name === undefined || root === undefined || sql === undefined) return;
        this.#tables.set(name.toLowerCase(), { name, ...tableColumns(sql), root });
      },
      signal,
    );
  }

  *#leaves(root: number, after: number): Generator<Leaf> {
    const visited = new Uint8Array(this.#file.pageCount + 1);
    const stack: { children: number[]; at: number }[] = [{ children: [root], at: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const number = top.children[top.at++];
      if (number === undefined) {
        stack.pop();
        continue;
      }
      if (number < 1 || visited[number] !== 0 || stack.length > deepest)
        throw databaseDamaged(this.path, `page ${number}`);
      visited[number] = 1;
      const page = this.#file.page(number);
      const head = number === 1 ? 100 : 0;
      const type = page.readUInt8(head);
      if (type === 0x0d) yield { page, number };
      else if (type === 0x05) stack.push({ children: childrenOf(page, head, after), at: 0 });
      else throw databaseDamaged(this.path, `page ${number}`);
    }
  }

  #rowsOf({ page, number }: Leaf, rowidColumn: number, onRow: (row: TableRow) => void, after: number): void {
    const head = number === 1 ? 100 : 0;
    const count = page.readUInt16BE(head + 3);
    const row = new TableRow(this.#file.encoding, rowidColumn);
    // Overflow pages are read between the rows of this page, which must not change under them.
    const own = Buffer.from(page);
    for (let place = 0; place < count; place++) {
      const cell = own.readUInt16BE(head + 8 + place * 2);
      const [length, afterLength] = readVarint(own, cell);
      const [rowid, from] = readVarint(own, afterLength);
      if (rowid <= after) continue;
      if (length > longestRow || from > own.length) throw databaseDamaged(this.path, `page ${number}`);
      if (!row.load(rowid, this.#payload(own, from, length)))
        throw databaseDamaged(this.path, `a row of page ${number}`);
      onRow(row);
    }
  }

  /** What of a record does not fit on its page goes on in a chain of others. */
  #payload(page: Buffer, from: number, length: number): Buffer {
    const usable = this.#file.usableBytes;
    const most = usable - 35;
    if (length <= most) return page.subarray(from, from + length);
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const fitting = least + ((length - least) % (usable - 4));
    const local = fitting <= most ? fitting : least;
    const whole = Buffer.allocUnsafe(length);
    page.copy(whole, 0, from, from + local);
    let next = page.readUInt32BE(from + local);
    // Each page of the chain brings some, so that a chain in a circle ends, too.
    for (let filled = local; filled < length;) {
      const more = this.#file.page(next);
      const count = Math.min(usable - 4, length - filled);
      more.copy(whole, filled, 4, 4 + count);
      filled += count;
      next = more.readUInt32BE(0);
    }
    return whole;
  }
}

/** Pages below that hold rows after `after`: each key is the greatest row number of its page. */
function childrenOf(page: Buffer, head: number, after: number): number[] {
  const count = page.readUInt16BE(head + 3);
  const children: number[] = [];
  for (let place = 0; place < count; place++) {
    const cell = page.readUInt16BE(head + 12 + place * 2);
    const [greatest] = readVarint(page, cell + 4);
    if (greatest > after) children.push(page.readUInt32BE(cell));
  }
  children.push(page.readUInt32BE(head + 8));
  return children;
}
