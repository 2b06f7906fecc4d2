/** Puts a bundled page into a webview, with nothing reachable but the bundles, and pictures of one folder. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelHtml } from './panelHtml.ts';

/**
 * @param bundle Name in dist/webview.
 * @param pictures Folder whose pictures the page may show.
 */
export function showPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  bundle: 'charts' | 'report' | 'media',
  title: string,
  pictures?: vscode.Uri,
): void {
  const folder = vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
  const asset = (extension: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, `${bundle}.${extension}`)).toString();
  webview.options = {
    enableScripts: true,
    localResourceRoots: pictures === undefined ? [folder] : [folder, pictures],
  };
  webview.html = panelHtml({
    title,
    cspSource: webview.cspSource,
    script: asset('js'),
    style: asset('css'),
    nonce: randomBytes(18).toString('base64url'),
    language: vscode.env.language,
    pictures: pictures !== undefined,
  });
}
