/**
 * The line between a panel and its page. What the page says is checked before it counts; a problem is told once and
 * logged each time; what is large is sent only when the page has drawn what came before.
 */
import type * as vscode from 'vscode';
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import { DrawnSignal } from './drawnSignal.ts';

/** What every page says: it drew a revision, or something in it failed. */
type PageReport =
  | { readonly type: 'drawn'; readonly revision: number }
  | { readonly type: 'failure'; readonly message: string };

interface Problem {
  readonly type: 'problem';
  readonly message: string | null;
}

export interface PanelChannelParts<Said> {
  readonly panel: vscode.WebviewPanel;
  /** In the log. */
  readonly name: string;
  readonly log: vscode.LogOutputChannel;
  readonly schema: z.ZodType<Said>;
  /** May reject: the page then shows the reason. */
  readonly answer: (message: Exclude<Said, PageReport>) => Promise<void>;
}

export class PanelChannel<Sent extends { readonly type: string }, Said extends { readonly type: string }> {
  readonly #parts: PanelChannelParts<Said>;
  readonly #drawn = new DrawnSignal();
  #problem: string | null = null;
  #revision = 0;

  constructor(parts: PanelChannelParts<Said>) {
    this.#parts = parts;
    parts.panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message));
    parts.panel.onDidDispose(() => this.#drawn.reset());
  }

  /** For what is sent next: each is greater than the one before. */
  nextRevision(): number {
    return ++this.#revision;
  }

  /** The page begins anew, as after it was hidden: nothing of what was sent is left. */
  restart(): void {
    this.#problem = null;
    this.#drawn.reset();
  }

  async post(message: Sent | Problem): Promise<void> {
    await this.#parts.panel.webview.postMessage(message);
  }

  /** Resolves when the page has drawn it, or says nothing for a moment. */
  async postAndWait(message: Sent & { readonly revision: number }): Promise<void> {
    const drawn = this.#drawn.wait(message.revision);
    await this.post(message);
    await drawn;
  }

  /** Null when there is none any more. */
  async setProblem(message: string | null): Promise<void> {
    const { log, name } = this.#parts;
    if (message !== null) log.error(`${name}: ${message}`);
    if (message === this.#problem) return;
    this.#problem = message;
    await this.post({ type: 'problem', message });
  }

  readonly fail = (error: unknown): void => void this.setProblem(errorText(error));

  #receive(message: unknown): void {
    const { schema, log, name, answer } = this.#parts;
    const parsed = schema.safeParse(message);
    if (!parsed.success) log.warn(`${name}: message refused: ${z.prettifyError(parsed.error)}`);
    else if (isPageReport(parsed.data)) {
      if (parsed.data.type === 'drawn') this.#drawn.drawn(parsed.data.revision);
      else log.error(`${name}: ${parsed.data.message}`);
    } else answer(parsed.data as Exclude<Said, PageReport>).catch(this.fail);
  }
}

/** The schema has checked the rest. */
function isPageReport<Said extends { readonly type: string }>(message: Said): message is Said & PageReport {
  return message.type === 'drawn' || message.type === 'failure';
}
