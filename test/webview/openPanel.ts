/**
 * Opens a bundled panel in a plain browser page under its real security policy, with a real theme of VS Code and a
 * stand-in for VS Code's side that records what the panel says.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { panelHtml } from '../../src/extension/panels/panelHtml.ts';
import { waitFor } from '../helpers/waitFor.ts';

const root = join(import.meta.dirname, '..', '..');
export const origin = 'http://webview.test';

export const themeNames = ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const;
export type ThemeName = (typeof themeNames)[number];

interface ThemeFixture {
  readonly bodyClass: string;
  readonly themeId: string;
  readonly variables: Record<string, string>;
}

export interface OpenPanel extends AsyncDisposable {
  readonly page: Page;
  /** Sends a message of the extension; numbers and typed arrays arrive as they are. */
  send(message: unknown): Promise<void>;
  /** All that the panel posted so far, of one type. */
  posted(type: string): Promise<Record<string, unknown>[]>;
  /** Waits for the next message of a type after `seen` of them. */
  waitForPosted(type: string, seen?: number): Promise<Record<string, unknown>>;
  state(): Promise<unknown>;
  /** Breaches of the security policy and errors of the page; must be empty. */
  problems(): Promise<string[]>;
  setTheme(theme: ThemeName): Promise<void>;
}

export interface OpenPanelOptions {
  readonly panel: 'charts' | 'report' | 'media';
  /** What stands below `/pictures/` of the page's own origin. */
  readonly pictures?: (name: string) => Uint8Array | undefined;
  readonly theme?: ThemeName;
  readonly state?: unknown;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
}

export async function openPanel(browser: Browser, options: OpenPanelOptions): Promise<OpenPanel> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') problems.push(message.text());
  });
  const themes = JSON.parse(
    await readFile(join(root, 'test', 'fixtures', 'themes', 'themes.json'), 'utf8'),
  ) as Record<ThemeName, ThemeFixture>;
  const defaults = await readFile(join(root, 'test', 'fixtures', 'themes', 'webviewDefaults.css'), 'utf8');
  await page.addInitScript(vscodeStandIn(defaults, themes[options.theme ?? 'dark-modern'], options.state));
  await page.route(`${origin}/**`, async route => {
    const path = new URL(route.request().url()).pathname;
    if (path.startsWith('/pictures/')) {
      const bytes = options.pictures?.(decodeURIComponent(path.slice('/pictures/'.length)));
      if (bytes === undefined) return route.fulfill({ status: 404 });
      return route.fulfill({ body: Buffer.from(bytes), contentType: 'image/svg+xml' });
    }
    if (path !== '/')
      return route.fulfill({
        path: join(root, 'dist', path),
        contentType: path.endsWith('.css') ? 'text/css' : 'text/javascript',
      });
    const html = panelHtml({
      title: options.panel,
      cspSource: origin,
      script: `${origin}/webview/${options.panel}.js`,
      style: `${origin}/webview/${options.panel}.css`,
      nonce: 'c29tZSBub25jZSBmb3IgdGVzdHM',
      language: 'en',
      pictures: options.pictures !== undefined,
    });
    return route.fulfill({ body: html, contentType: 'text/html' });
  });
  await page.goto(`${origin}/`);

  const posted = async (type: string): Promise<Record<string, unknown>[]> =>
    page.evaluate<Record<string, unknown>[]>(
      `globalThis.standIn.posted.filter(message => message.type === ${JSON.stringify(type)})`,
    );
  const opened: OpenPanel = {
    page,
    send: async message => {
      await page.evaluate(`postMessage(${expression(message)}, '*')`);
    },
    posted,
    waitForPosted: (type, seen = 0) =>
      waitFor(`a message of type ${type}`, async () => (await posted(type))[seen]),
    state: async () => page.evaluate<unknown>('globalThis.standIn.state'),
    problems: async () => [
      ...problems,
      ...(await page.evaluate<string[]>('globalThis.standIn.violations')),
      ...(await posted('failure')).map(failure => String(failure['message'])),
    ],
    setTheme: async theme => {
      await page.evaluate(`globalThis.standIn.setTheme(${JSON.stringify(themes[theme])})`);
    },
    [Symbol.asyncDispose]: async () => context.close(),
  };
  await opened.waitForPosted('ready');
  return opened;
}

/** The words of a panel, from the extension's own table in English. */
export async function panelStrings(
  name: 'chartsStrings' | 'reportStrings' | 'mediaStrings',
): Promise<Record<string, string>> {
  const built = await esbuild.build({
    entryPoints: [join(root, 'src', 'extension', 'panels', `${name}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [
      {
        name: 'english',
        setup(build) {
          build.onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'english' }));
          build.onLoad({ filter: /.*/, namespace: 'english' }, () => ({
            contents: 'export const l10n = { t: message => message };',
          }));
        },
      },
    ],
  });
  const text = built.outputFiles[0]?.text ?? '';
  const module = (await import(
    `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  )) as Record<string, () => Record<string, string>>;
  return module[name]?.() ?? {};
}

/** A JavaScript expression of a message: JSON has neither NaN nor typed arrays. */
function expression(value: unknown): string {
  if (value instanceof Float64Array) return `Float64Array.of(${Array.from(value, expression).join(',')})`;
  if (value instanceof Uint8Array) return `Uint8Array.of(${value.join(',')})`;
  if (Array.isArray(value)) return `[${value.map(expression).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `({${Object.entries(value)
      .map(([name, field]) => `${JSON.stringify(name)}:${expression(field)}`)
      .join(',')}})`;
  if (typeof value === 'number') return String(value);
  return value === undefined ? 'undefined' : JSON.stringify(value);
}

function vscodeStandIn(defaults: string, theme: ThemeFixture, state: unknown): string {
  return `
    const standIn = globalThis.standIn = {
      posted: [],
      violations: [],
      state: ${state === undefined ? 'undefined' : JSON.stringify(state)},
      setTheme(theme) {
        document.documentElement.style.cssText = '';
        for (const [name, value] of Object.entries(theme.variables)) document.documentElement.style.setProperty(name, value);
        document.documentElement.style.background = theme.variables['--vscode-editor-background'];
        if (document.body === null) return;
        document.body.className = theme.bodyClass;
        document.body.dataset.vscodeThemeId = theme.themeId;
      },
    };
    globalThis.acquireVsCodeApi = () => ({
      postMessage: message => standIn.posted.push(message),
      getState: () => standIn.state,
      setState: value => (standIn.state = value),
    });
    addEventListener('securitypolicyviolation', event =>
      standIn.violations.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample));
    const theme = ${JSON.stringify(theme)};
    const styles = new CSSStyleSheet();
    styles.replaceSync(${JSON.stringify(defaults)});
    document.adoptedStyleSheets.push(styles);
    const apply = () => standIn.setTheme(theme);
    if (document.documentElement) apply();
    new MutationObserver((_, observer) => {
      if (document.body === null) return;
      observer.disconnect();
      apply();
    }).observe(document, { childList: true, subtree: true });
  `;
}
