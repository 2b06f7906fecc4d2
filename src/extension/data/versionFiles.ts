/**
 * Pinned files as a version of them is in the cache, for VS Code's own diff editor: a read-only file system, because
 * pictures and tables are compared too.
 */
import * as vscode from 'vscode';
import { ReadOnlyFiles } from '../documents/readOnlyFiles.ts';
import { schemes } from '../ids.ts';
import type { DataClient } from './dataClient.ts';

interface VersionReference {
  readonly root: string;
  /** The pinned path. */
  readonly output: string;
  /** `md5:<hex>` of a file. */
  readonly object: string;
}

/** `path`, absolute, lets it open in the editor that its kind has; the query says what it is. */
export function versionFileUri(reference: VersionReference, path: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.data,
    path: vscode.Uri.file(path).path,
    query: JSON.stringify(reference),
  });
}

export class VersionFiles extends ReadOnlyFiles {
  readonly #client: DataClient;

  constructor(client: DataClient) {
    super();
    this.#client = client;
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const reference = parseQuery(uri.query);
    if (reference === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    try {
      return await this.#client.request('readObject', reference);
    } catch (error) {
      throw new vscode.FileSystemError(error instanceof Error ? error.message : String(error));
    }
  }
}

function parseQuery(query: string): VersionReference | undefined {
  let value: unknown;
  try {
    value = JSON.parse(query);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('root' in value && 'output' in value && 'object' in value)) return undefined;
  const { root, output, object } = value;
  if (typeof root !== 'string' || typeof output !== 'string' || typeof object !== 'string') return undefined;
  return { root, output, object };
}
