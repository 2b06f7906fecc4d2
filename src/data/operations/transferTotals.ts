/** Adds up what several transfers have done, in the words of the operations. */
import { objectText } from '../cache/objectCache.ts';
import { transferKey, type TransferResult as ObjectTransfer } from '../remotes/transferResult.ts';
import type { Problem, ReplacedObject, TroubledObject } from './dataResult.ts';
import type { TransferResult } from './fetchData.ts';
import type { NamedItem } from './pinObjects.ts';

export class TransferTotals {
  readonly problems: Problem[];
  readonly replaced: ReplacedObject[] = [];
  readonly #missing: TroubledObject[] = [];
  #movedFiles = 0;
  #movedBytes = 0;
  #presentFiles = 0;
  #presentBytes = 0;

  constructor(problems: readonly Problem[] = []) {
    this.problems = [...problems];
  }

  present(files: number, bytes: number): void {
    this.#presentFiles += files;
    this.#presentBytes += bytes;
  }

  moved(files: number, bytes: number): void {
    this.#movedFiles += files;
    this.#movedBytes += bytes;
  }

  trouble(object: TroubledObject): void {
    this.#missing.push(object);
  }

  /** `lacking`: what it means when the sending side does not have an object. */
  add(
    items: readonly NamedItem[],
    { transferred, alreadyThere, missing, failed, bytes }: ObjectTransfer,
    lacking: TroubledObject['trouble'] = 'not-in-remote',
    nameOf: (key: string) => string | undefined = () => undefined,
  ): void {
    this.moved(transferred.length, bytes);
    this.present(alreadyThere, 0);
    if (missing.length + failed.length === 0) return;
    const known = new Map(items.map(item => [transferKey(item.id), item]));
    const describe = (id: NamedItem['id']): Pick<TroubledObject, 'path' | 'object' | 'size'> => {
      const item = known.get(transferKey(id));
      return {
        path: item?.path ?? nameOf(transferKey(id)) ?? id.value,
        object: objectText(id),
        ...(item?.size === undefined ? {} : { size: item.size }),
      };
    };
    for (const id of missing) this.trouble({ ...describe(id), trouble: lacking });
    for (const { id, error } of failed)
      this.trouble({
        ...describe(id),
        trouble: error.code === 'cache-object-corrupt' ? 'corrupt' : 'failed',
        ...{ detail: error.message, code: error.code },
      });
  }

  result(): TransferResult {
    return {
      moved: { files: this.#movedFiles, bytes: this.#movedBytes },
      present: { files: this.#presentFiles, bytes: this.#presentBytes },
      replaced: this.replaced,
      missing: this.#missing,
      problems: this.problems,
    };
  }
}
