/**
 * Names for the rows of the data tree: they give a row the icon of its file and our badge. Git paints every path of a
 * repository that it ignores grey, as it does pinned files, whatever the scheme; so these paths lie in no repository.
 */
import * as vscode from 'vscode';
import { schemes } from '../ids.ts';

const prefix = '/data';

/** `path`: absolute, of the file on disk. */
export function dataRowUri(path: string): vscode.Uri {
  const file = vscode.Uri.file(path);
  return vscode.Uri.from({ scheme: schemes.dataRow, path: prefix + file.path });
}

/** The file on disk that a name of a row, or a file itself, stands for. */
export function fileOfRow(uri: vscode.Uri): vscode.Uri | undefined {
  if (uri.scheme === 'file') return uri;
  if (uri.scheme !== schemes.dataRow) return undefined;
  return vscode.Uri.from({ scheme: 'file', path: uri.path.slice(prefix.length) });
}
