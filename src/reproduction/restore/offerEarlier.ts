/**
 * Gives a private checkout the inputs that the run wrote to, as they were before. Invariants: only the recorded content
 * counts, never the file that the run left; and what is placed is a copy that is the program's own to write to.
 */
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { FileUse } from '../../runs/captured.ts';
import type { CheckoutLayout } from './checkoutLayout.ts';
import { earlierContent } from './earlierContent.ts';
import type { EarlierQuestion } from './earlierContent.ts';
import { decidesNothing, openedAs, type Opened } from './isOverwritten.ts';
import { keepTime } from './keepTime.ts';
import { leadsOut, placeInCheckout } from './placeInCheckout.ts';
import type { VerifiedInput } from './recheckInputs.ts';

export interface EarlierRequest extends Omit<EarlierQuestion, 'input' | 'folder'> {
  readonly inputs: readonly FileUse[];
  readonly layout: CheckoutLayout;
  /** Inputs whose content is taken from elsewhere: path as recorded → absolute path. */
  readonly instead: Readonly<Record<string, string>>;
  /** Where a path outside the repository that the command is told to find elsewhere lies; undefined for others. */
  readonly redirected: (path: string) => string | undefined;
}

export interface OfferedEarlier {
  /** All that the run wrote to, whether they could be given or not. */
  readonly paths: ReadonlySet<string>;
  readonly lost: readonly {
    readonly path: string;
    readonly opened: Opened;
    readonly sha256?: string | undefined;
  }[];
  readonly verified: readonly VerifiedInput[];
}

/** Rejects only when aborted, or with the system's error where a file cannot be placed. */
export async function offerEarlier(request: EarlierRequest): Promise<OfferedEarlier> {
  const { inputs, original, layout, instead, redirected } = request;
  const outputs = new Map((original.result?.outputs ?? []).map(output => [output.path, output]));
  const paths = new Set<string>();
  const lost: { path: string; opened: Opened; sha256?: string | undefined }[] = [];
  const verified: VerifiedInput[] = [];
  for (const input of inputs) {
    const { path, sha256 } = input;
    const opened = openedAs(input, outputs.get(path), original.result);
    if (opened === undefined || Object.hasOwn(instead, path)) continue;
    paths.add(path);
    const place = isAbsolute(path) ? (redirected(path) ?? layout.nearby(path)) : join(layout.checkout, path);
    // Part of the snapshot after all: the checkout has it exactly as it was.
    if (place !== undefined && (await isThere(place))) continue;
    const content = await earlierContent({ ...request, input, folder: join(layout.base, '.earlier') });
    if (
      content?.path === undefined ||
      sha256 === undefined ||
      place === undefined ||
      (await leadsOut(layout.base, place))
    ) {
      if (!decidesNothing(path, opened)) lost.push({ path, opened, sha256 });
      continue;
    }
    const target = await placeInCheckout(layout.base, place);
    await copyFile(content.path, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await chmod(target, 0o644);
    await keepTime(target, input.modifiedAt);
    verified.push({ path, place: target, sha256 });
  }
  await rm(join(layout.base, '.earlier'), { recursive: true, force: true });
  return { paths, lost, verified };
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
