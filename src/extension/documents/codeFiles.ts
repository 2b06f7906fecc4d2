/**
 * Files as a snapshot holds them, for VS Code's own diff editors: a read-only file system, because pictures and other
 * binary files are compared too.
 */
import * as vscode from 'vscode';
import { schemes } from '../ids.ts';
import type { StoreClient } from '../storeClient.ts';

interface FileReference {
  readonly root: string;
  /** Tree or commit. */
  readonly tree: string;
  readonly path: string;
}

/** The path shows the file's own name; the query says where it comes from. */
export function codeFileUri({ root, tree, path }: FileReference): vscode.Uri {
  return vscode.Uri.from({
    scheme: schemes.file,
    path: `/${tree.slice(0, 8)}/${path}`,
    query: JSON.stringify({ root, tree, path }),
  });
}

export class CodeFiles implements vscode.FileSystemProvider {
  readonly #client: StoreClient;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;

  constructor(client: StoreClient) {
    this.#client = client;
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const bytes = await this.readFile(uri);
    return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: bytes.length };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const reference = parseUri(uri);
    if (reference === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    try {
      return await this.#client.request('readBlob', reference);
    } catch {
      throw vscode.FileSystemError.FileNotFound(uri);
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

function parseUri(uri: vscode.Uri): FileReference | undefined {
  const query = JSON.parse(uri.query) as unknown;
  if (typeof query !== 'object' || query === null) return undefined;
  if (!('root' in query && 'tree' in query && 'path' in query)) return undefined;
  const { root, tree, path } = query;
  if (typeof root !== 'string' || typeof tree !== 'string' || typeof path !== 'string') return undefined;
  return { root, tree, path };
}
