/** Which branch the HEAD of a private checkout names: the recorded one, where git can have it beside the refs that came along. */

/** The full name of the ref; undefined where HEAD stays detached. @param refs As a packed-refs file has them. */
export function branchOfCheckout(branch: string | undefined, refs: Buffer): string | undefined {
  if (branch === undefined || !isBranchName(branch)) return undefined;
  const ref = `refs/heads/${branch}`;
  const above = [...branch.matchAll(/\//g)].map(({ index }) => `refs/heads/${branch.slice(0, index)}`);
  // A ref cannot be both a file and a folder.
  const inTheWay = [...above.map(one => ` ${one}\n`), ` ${ref}/`].some(one => refs.includes(one));
  return inTheWay ? undefined : ref;
}

/** As `git check-ref-format --branch`, stricter: the name comes from a record and becomes the path of a file. */
function isBranchName(name: string): boolean {
  return (
    name.length <= 200 &&
    name !== 'HEAD' &&
    !name.startsWith('-') &&
    // eslint-disable-next-line no-control-regex -- they are what is refused
    !/[\x00-\x20\x7f~^:?*[\\<>|"]|\.\.|@\{/.test(name) &&
    name.split('/').every(part => part !== '' && part !== '@' && !/^\.|\.$|\.lock$/i.test(part))
  );
}
