/** The stores that were asked about in this worker, each with its table of runs. */
import { RunStore } from '../../runs/runStore.ts';
import { RunTable } from './runTable.ts';

export class Stores {
  readonly #tables = new Map<string, RunTable>();
  readonly #onChange: (store: string, runIds: ReadonlySet<string>) => void;

  constructor(onChange: (store: string, runIds: ReadonlySet<string>) => void) {
    this.#onChange = onChange;
  }

  table(store: string): RunTable {
    const known = this.#tables.get(store);
    if (known !== undefined) return known;
    const table = new RunTable(new RunStore(store), ids => this.#onChange(store, ids));
    this.#tables.set(store, table);
    return table;
  }
}
