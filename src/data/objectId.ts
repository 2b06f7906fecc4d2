/**
 * What names the content of a pinned file or folder, as DVC writes it: the md5 of the bytes, or of the listing of a
 * folder with `.dir` behind it.
 */

export interface ObjectId {
  /**
   * `md5`: DVC 3, of the bytes as they are. `md5-dos2unix`: DVC 2 and older, of text with CRLF made LF; never made
   * by Lockstep, only read. It decides where in a cache and in a remote the object lies.
   */
  readonly algorithm: 'md5' | 'md5-dos2unix';
  /** 32 lower-case hexadecimal digits, `.dir` behind them for the listing of a folder. */
  readonly value: string;
}

export function isFolderObject(id: ObjectId): boolean {
  return id.value.endsWith('.dir');
}

/** Where the object lies below a cache or a remote; forward slashes. Source: dvc `cachemgr.py`, dvc-objects `db.py`. */
export function objectKey(id: ObjectId): string {
  const place = `${id.value.slice(0, 2)}/${id.value.slice(2)}`;
  return id.algorithm === 'md5' ? `files/md5/${place}` : place;
}

export function sameObject(one: ObjectId | undefined, other: ObjectId | undefined): boolean {
  return one !== undefined && one.algorithm === other?.algorithm && one.value === other.value;
}
