/** The md5 that a key itself names: clouds check an upload against it before they show the object. */

/** 16 bytes; undefined for keys whose name is no md5 of the bytes (objects of DVC 2, files kept by path). */
export function contentMd5(key: string): Buffer | undefined {
  const match = /^files\/md5\/([0-9a-f]{2})\/([0-9a-f]{30})(?:\.dir)?$/.exec(key);
  return match === null ? undefined : Buffer.from(`${match[1] ?? ''}${match[2] ?? ''}`, 'hex');
}
