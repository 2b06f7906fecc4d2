/** A remote in a folder of another machine, by SFTP over the machine's own `ssh`. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { isTemporaryName } from '../../base/atomicFile.ts';
import { LockstepError } from '../../base/lockstepError.ts';
import {
  objectNotFound,
  remoteAccessDenied,
  remoteNotFound,
  remoteRefused,
  remoteTrouble,
} from './errors.ts';
import type { CredentialSource, ObjectStore, RemoteSettings, StoredObject } from './objectStore.ts';
import { jobsOf, numberOption } from './remoteOptions.ts';
import { sftpOpen, SftpStatus, sftpStatus, type SftpSession } from './sftpSession.ts';
import { connectSsh, sshHost, type SshConnection } from './sshConnection.ts';

/** What every server takes at once, and how much is on its way: 2 MiB fill a fast line over a long way. */
const pieceBytes = 32 * 1024;
const piecesAtOnce = 64;

export function openSshStore(settings: RemoteSettings, credentials: CredentialSource): ObjectStore {
  const { host, user, port } = sshHost(settings);
  const root = decodeURIComponent(/^ssh:\/\/[^/]+(\/.*)?$/i.exec(settings.url)?.[1] ?? '/').replace(
    /(?<=.)\/+$/,
    '',
  );
  const label = `ssh://${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}${root}`;
  const pathOf = (key: string): string => posix.join(root, key);
  const made = new Set<string>();
  let connecting: Promise<SshConnection> | undefined;

  /** The connection; a new one where the last has broken. */
  const session = async (signal?: AbortSignal): Promise<SftpSession> => {
    signal?.throwIfAborted();
    const known = connecting;
    const last = await known?.catch(() => undefined);
    // Of many that see the same broken connection, the first makes the new one.
    if ((last === undefined || last.ended) && connecting === known)
      connecting = connectSsh(settings, label, credentials);
    return (await (connecting ?? connectSsh(settings, label, credentials))).session;
  };
  const told = (error: unknown, signal?: AbortSignal): unknown => {
    signal?.throwIfAborted();
    return sftpFailure(label, error);
  };

  const makeFolder = async (sftp: SftpSession, folder: string): Promise<void> => {
    if (made.has(folder) || folder === '/' || folder === '.') return;
    try {
      await sftp.mkdir(folder);
    } catch (error) {
      if (!(error instanceof SftpStatus)) throw error;
      if (error.status === sftpStatus.noSuchFile) {
        await makeFolder(sftp, posix.dirname(folder));
        await sftp.mkdir(folder).catch((again: unknown) => mustExist(sftp, folder, again));
      } else await mustExist(sftp, folder, error);
    }
    made.add(folder);
  };

  return {
    label,
    concurrency: jobsOf(settings) ?? numberOption(settings, 'max_sessions') ?? 8,

    async size(key, signal) {
      try {
        const found = await (await session(signal)).stat(pathOf(key));
        return found.isFile ? (found.size ?? 0) : undefined;
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw told(error, signal);
      }
    },

    async *list(prefix, signal) {
      try {
        const sftp = await session(signal);
        await sftp.stat(root).catch((error: unknown) => {
          throw isAbsent(error) ? remoteNotFound(label, 'this folder') : error;
        });
        yield* filesBelow(sftp, root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal);
      } catch (error) {
        throw told(error, signal);
      }
    },

    async read(key, { start = 0, signal }) {
      try {
        const sftp = await session(signal);
        const handle = await sftp.open(pathOf(key), sftpOpen.read);
        const { size } = await sftp.fstat(handle);
        const from = size !== undefined && start > size ? 0 : start;
        const body = Readable.from(pieces(sftp, handle, from, size, label), { objectMode: false });
        return { body, start: from, ...(size === undefined ? {} : { size }) };
      } catch (error) {
        if (isAbsent(error)) throw objectNotFound(label, key);
        throw told(error, signal);
      }
    },

    async write(key, source, { signal, onBytes }) {
      const target = pathOf(key);
      const temporary = posix.join(posix.dirname(target), `.${randomBytes(12).toString('hex')}.tmp`);
      let sftp: SftpSession | undefined;
      try {
        sftp = await session(signal);
        await makeFolder(sftp, posix.dirname(target));
        await sendFile(sftp, temporary, source, signal, onBytes);
        await sftp.replace(temporary, target);
      } catch (error) {
        made.clear();
        await sftp?.remove(temporary).catch(() => undefined);
        throw told(error, signal);
      }
    },

    async remove(keys, signal) {
      try {
        const sftp = await session(signal);
        for (const key of keys) {
          signal?.throwIfAborted();
          await sftp.remove(pathOf(key)).catch((error: unknown) => {
            if (!isAbsent(error)) throw error;
          });
        }
      } catch (error) {
        throw told(error, signal);
      }
    },

    async close() {
      const last = await connecting?.catch(() => undefined);
      connecting = undefined;
      last?.close();
    },
  };
}

async function mustExist(sftp: SftpSession, folder: string, error: unknown): Promise<void> {
  const found = await sftp.stat(folder).catch(() => undefined);
  if (found === undefined) throw error;
}

async function sendFile(
  sftp: SftpSession,
  path: string,
  source: { readonly path: string; readonly size: number },
  signal: AbortSignal | undefined,
  onBytes: ((count: number) => void) | undefined,
): Promise<void> {
  const local = await open(source.path, 'r');
  const handle = await sftp
    .open(path, sftpOpen.write | sftpOpen.create | sftpOpen.exclusive)
    .catch(async (error: unknown) => {
      await local.close();
      throw error;
    });
  try {
    const onTheWay = new Set<Promise<void>>();
    for (let at = 0; at < source.size;) {
      signal?.throwIfAborted();
      const piece = Buffer.allocUnsafe(Math.min(pieceBytes, source.size - at));
      const { bytesRead } = await local.read(piece, 0, piece.length, at);
      if (bytesRead === 0) throw new Error('the file became shorter while it was sent');
      const sent = sftp.write(handle, at, piece.subarray(0, bytesRead)).then(() => {
        onTheWay.delete(sent);
        onBytes?.(bytesRead);
      });
      sent.catch(() => undefined);
      onTheWay.add(sent);
      at += bytesRead;
      if (onTheWay.size >= piecesAtOnce) await Promise.race(onTheWay);
    }
    await Promise.all(onTheWay);
  } finally {
    await local.close();
    await sftp.close(handle).catch(() => undefined);
  }
}

/** The bytes of an open file in their order, many requests ahead of the reader. */
async function* pieces(
  sftp: SftpSession,
  handle: Buffer,
  start: number,
  size: number | undefined,
  label: string,
): AsyncGenerator<Buffer> {
  const ahead: { readonly at: number; readonly answer: Promise<Buffer> }[] = [];
  let asked = start;
  const ask = (): void => {
    const answer = sftp.read(handle, asked, pieceBytes);
    answer.catch(() => undefined);
    ahead.push({ at: asked, answer });
    asked += pieceBytes;
  };
  try {
    for (;;) {
      while (ahead.length < piecesAtOnce && (size === undefined ? ahead.length === 0 : asked < size)) ask();
      const first = ahead.shift();
      if (first === undefined) return;
      const bytes = await first.answer;
      if (bytes.length === 0) return;
      yield bytes;
      if (bytes.length < pieceBytes && (size === undefined || first.at + bytes.length < size)) {
        // A short answer is no end: what was asked beyond it is asked again from here.
        ahead.length = 0;
        asked = first.at + bytes.length;
      }
    }
  } catch (error) {
    throw sftpFailure(label, error);
  } finally {
    await sftp.close(handle).catch(() => undefined);
  }
}

/** @param below Ends in a slash, or is empty. */
async function* filesBelow(
  sftp: SftpSession,
  root: string,
  below: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<StoredObject> {
  signal?.throwIfAborted();
  const folders: string[] = [];
  try {
    for await (const { name, attributes } of sftp.list(posix.join(root, below))) {
      const key = below + name;
      if (name === '.' || name === '..') continue;
      if (attributes.isFolder) {
        if (key.startsWith(prefix) || prefix.startsWith(`${key}/`)) folders.push(`${key}/`);
      } else if (attributes.isFile && key.startsWith(prefix) && !isTemporaryName(name))
        yield { key, ...(attributes.size === undefined ? {} : { size: attributes.size }) };
    }
  } catch (error) {
    if (isAbsent(error)) return;
    throw error;
  }
  for (const folder of folders) yield* filesBelow(sftp, root, folder, prefix, signal);
}

function isAbsent(error: unknown): boolean {
  return error instanceof SftpStatus && error.status === sftpStatus.noSuchFile;
}

function sftpFailure(label: string, error: unknown): unknown {
  if (error instanceof LockstepError) return error;
  if (!(error instanceof SftpStatus))
    return error instanceof Error ? remoteTrouble(label, error.message, { cause: error }) : error;
  if (error.status === sftpStatus.permissionDenied)
    return remoteAccessDenied(
      label,
      error.message,
      'Ask its owner for the right to read and write there.',
      error,
    );
  return remoteRefused(label, error.message, error);
}
