/**
 * The page of a webview: an empty body, one script, one style sheet, and a policy that allows nothing else. All data
 * comes by message.
 */

export interface PanelPage {
  readonly title: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** Webview URIs of the bundle. */
  readonly script: string;
  readonly style: string;
  /** Fresh for every page, at least 128 bits. */
  readonly nonce: string;
  /** BCP 47, for screen readers. */
  readonly language: string;
  /** Whether the page may show pictures of the webview's resource roots. */
  readonly pictures?: boolean;
}

export function panelHtml(page: PanelPage): string {
  const nonce = escapeAttribute(page.nonce);
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${page.nonce}'`,
    `style-src ${page.cspSource} 'nonce-${page.nonce}'`,
    ...(page.pictures === true ? [`img-src ${page.cspSource}`] : []),
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<link rel="stylesheet" href="${escapeAttribute(page.style)}">
<title>${escapeAttribute(page.title)}</title>
</head>
<body>
<script nonce="${nonce}" src="${escapeAttribute(page.script)}"></script>
</body>
</html>
`;
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`);
}
