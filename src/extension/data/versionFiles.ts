/**
 * Pinned files as a version of them is in the cache, for VS Code's own diff editor: a read-only file system, because
 * pictures and tables are compared too.
 */
import * as vscode from 'vscode';
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

export class VersionFiles implements vscode.FileSystemProvider {
  readonly #client: DataClient;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(client: DataClient) {
    this.#client = client;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const bytes = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes.length };
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

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  writeFile(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  delete(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
  }
  rename(uri: vscode.Uri): never {
    throw vscode.FileSystemError.NoPermissions(uri);
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
