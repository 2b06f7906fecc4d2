/**
 * One Git LFS server: its batch API, with whatever login it asks for. What it answers is checked before it is believed.
 * Source: git-lfs `docs/api/batch.md`, `docs/api/authentication.md`.
 */
import * as z from 'zod';
import { errorText } from '../../base/systemError.ts';
import { fillCredential, judgeCredential } from './gitCredentials.ts';
import { lfsAnswerNotUnderstood, lfsNotAllowed, lfsNotReached, lfsRefused } from './errors.ts';
import {
  HttpClient,
  mayPass,
  readText,
  retryAfter,
  type HttpAnswer,
  type HttpQuestion,
} from './httpExchange.ts';
import { httpSettings, type HttpSettings } from './httpSettings.ts';
import type { LfsEndpoint, LfsOperation, Login } from './lfsEndpoint.ts';
import type { LfsRepository } from './lfsRepository.ts';
import { pauseBeforeTry } from './pauseBeforeTry.ts';
import { sshAuthenticate } from './sshAuthenticate.ts';

const actionSchema = z.looseObject({
  href: z.url({ protocol: /^https?$/ }),
  header: z.record(z.string(), z.string()).default({}),
});
export type LfsAction = z.infer<typeof actionSchema>;

const batchSchema = z.looseObject({
  transfer: z.string().optional(),
  hash_algo: z.string().optional(),
  objects: z.array(
    z.looseObject({
      oid: z.string(),
      size: z.number().optional(),
      actions: z
        .looseObject({
          download: actionSchema.optional(),
          upload: actionSchema.optional(),
          verify: actionSchema.optional(),
        })
        .nullish(),
      error: z.looseObject({ code: z.number(), message: z.string().default('') }).nullish(),
    }),
  ),
});
export type BatchObject = z.infer<typeof batchSchema>['objects'][number];

const mediaType = 'application/vnd.git-lfs+json';
const answerLimit = 16 * 1024 * 1024;
const tries = 8;

export class LfsServer {
  readonly url: string;
  readonly http: HttpClient;
  readonly #repository: LfsRepository;
  readonly #settings: HttpSettings;
  readonly #headers: Readonly<Record<string, string>>;
  #login: Login | undefined;
  #asked = false;

  private constructor(
    repository: LfsRepository,
    place: { url: string; headers: Readonly<Record<string, string>>; login?: Login | undefined },
    settings: HttpSettings,
  ) {
    this.#repository = repository;
    this.url = place.url;
    this.#headers = place.headers;
    this.#login = place.login;
    this.#settings = settings;
    this.http = new HttpClient(settings);
  }

  /** Asks by ssh where the endpoint is reached so. Rejects as {@link sshAuthenticate}. */
  static async open(
    repository: LfsRepository,
    endpoint: Exclude<LfsEndpoint, { kind: 'folder' }>,
    operation: LfsOperation,
    signal?: AbortSignal,
  ): Promise<LfsServer> {
    const place =
      endpoint.kind === 'ssh'
        ? await sshAuthenticate(repository, endpoint, operation, signal)
        : { url: endpoint.url, headers: {}, login: endpoint.login };
    return new LfsServer(repository, place, await httpSettings(repository, place.url));
  }

  /**
   * What to do for each object. Rejects with `lfs-not-reached`, `lfs-not-allowed`, `lfs-refused`,
   * `lfs-answer-not-understood`, or when aborted.
   */
  async batch(
    operation: LfsOperation,
    objects: readonly { readonly oid: string; readonly size: number }[],
    ref: string | undefined,
    signal?: AbortSignal,
  ): Promise<BatchObject[]> {
    const body = JSON.stringify({
      operation,
      transfers: ['basic'],
      ...(ref === undefined ? {} : { ref: { name: ref } }),
      objects: objects.map(({ oid, size }) => ({ oid, size })),
      hash_algo: 'sha256',
    });
    const url = `${this.url}/objects/batch`;
    const text = await this.#post(url, body, signal);
    const parsed = batchSchema.safeParse(parseJson(text));
    if (!parsed.success) throw lfsAnswerNotUnderstood(url, parsed.error.issues[0]?.message ?? 'no objects');
    const { transfer = 'basic', hash_algo: algorithm = 'sha256' } = parsed.data;
    if (transfer !== 'basic' || algorithm !== 'sha256')
      throw lfsAnswerNotUnderstood(url, `it wants transfers by ${transfer} with ${algorithm}`);
    return parsed.data.objects;
  }

  /** A request to where an action leads. Logs in where the action brings no token and the server asks for one. */
  async act(question: HttpQuestion): Promise<HttpAnswer> {
    const hasToken = Object.keys(question.headers).some(name => name.toLowerCase() === 'authorization');
    const answer = await this.http.ask({
      ...question,
      headers: { ...this.#own(question.url), ...question.headers },
    });
    if (answer.status !== 401 || hasToken || this.#login === undefined || !this.#isHere(question.url))
      return answer;
    answer.body.resume();
    return this.http.ask({ ...question, headers: { ...question.headers, ...authorization(this.#login) } });
  }

  /** Resolves with the text of a good answer; tries again what may pass. */
  async #post(url: string, body: string, signal?: AbortSignal): Promise<string> {
    for (let tried = 1; ; tried++) {
      let answer: HttpAnswer;
      let text: string;
      try {
        answer = await this.http.ask({
          ...{ method: 'POST', url, body },
          headers: { Accept: mediaType, 'Content-Type': mediaType, ...this.#own(url) },
          ...(signal === undefined ? {} : { signal }),
        });
        text = await readText(answer, answerLimit);
      } catch (error) {
        signal?.throwIfAborted();
        if (tried === tries) throw lfsNotReached(url, errorText(error), error);
        await pauseBeforeTry(tried, undefined, signal);
        continue;
      }
      const { status } = answer;
      if (status >= 200 && status < 300) {
        await this.#judge(true);
        return text;
      }
      if (status === 401 && (await this.#logIn(url, signal))) continue;
      if (status === 401 || status === 403) {
        await this.#judge(false);
        throw lfsNotAllowed(url, status);
      }
      if (!mayPass(status) || tried === tries) throw lfsRefused(url, status, saidIn(text));
      await pauseBeforeTry(tried, retryAfter(answer), signal);
    }
  }

  /** Once: a login that is refused is not tried again. */
  async #logIn(url: string, signal?: AbortSignal): Promise<boolean> {
    if (this.#asked) return false;
    this.#asked = true;
    this.#login = await fillCredential(this.#repository, url, signal);
    return this.#login !== undefined;
  }

  async #judge(right: boolean): Promise<void> {
    if (!this.#asked || this.#login === undefined) return;
    await judgeCredential(this.#repository, this.url, this.#login, right);
    this.#asked = right ? false : this.#asked;
  }

  #own(url: string): Record<string, string> {
    if (!this.#isHere(url)) return {};
    return {
      ...this.#settings.headers,
      ...(this.#login === undefined ? {} : authorization(this.#login)),
      ...this.#headers,
    };
  }

  #isHere(url: string): boolean {
    return new URL(url).origin === new URL(this.url).origin;
  }
}

function authorization({ user, password }: Login): { Authorization: string } {
  return { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the server itself says of its refusal, one line. */
function saidIn(text: string): string {
  const said = z.looseObject({ message: z.string() }).safeParse(parseJson(text));
  return said.success ? (said.data.message.split('\n')[0] ?? '').replace(/\.$/, '').slice(0, 300) : '';
}
