/** The code of a Node system error (`ENOENT`, `EACCES`, …), or undefined when `error` is something else. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The text of anything thrown, for a message or a log line. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
