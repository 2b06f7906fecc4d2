/** Goes through a table of MLflow's database by the names of its columns. */
import type { Database } from '../../tracking/sqlite/database.ts';
import { longestValue } from '../pastRunText.ts';

/** What a row holds; undefined for null, and for a column that this version of the schema does not have. */
export interface NamedRow {
  /** Cut to one character more than a record keeps, so that the cut is seen there. */
  readonly text: (column: string) => string | undefined;
  readonly number: (column: string) => number | undefined;
}

export type ForEachRow = (table: string, onRow: (row: NamedRow) => void) => Promise<void>;

/** A table that there is not has no rows. The row is true only during the call. */
export function forEachRow(database: Database, signal: AbortSignal | undefined): ForEachRow {
  return async (name, onRow) => {
    const table = database.table(name);
    if (table === undefined) return;
    const places = new Map(table.columns.map((column, place) => [column, place]));
    const place = (column: string): number => places.get(column) ?? -1;
    await database.scan(
      table,
      row =>
        onRow({
          text: column => row.text(place(column), longestValue + 1),
          number: column => row.number(place(column)),
        }),
      signal,
    );
  };
}
