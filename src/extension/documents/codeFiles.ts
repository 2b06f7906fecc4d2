/**
 * Files as a snapshot holds them, for VS Code's own diff editors: a read-only file system, because pictures and other
 * binary files are compared too.
 */
import * as vscode from 'vscode';
import { ReadOnlyFiles } from './readOnlyFiles.ts';
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

export class CodeFiles extends ReadOnlyFiles {
  readonly #client: StoreClient;

  constructor(client: StoreClient) {
    super();
    this.#client = client;
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
}

function parseUri(uri: vscode.Uri): FileReference | undefined {
  const query = JSON.parse(uri.query) as unknown;
  if (typeof query !== 'object' || query === null) return undefined;
  if (!('root' in query && 'tree' in query && 'path' in query)) return undefined;
  const { root, tree, path } = query;
  if (typeof root !== 'string' || typeof tree !== 'string' || typeof path !== 'string') return undefined;
  return { root, tree, path };
}
