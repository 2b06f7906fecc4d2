/** `lockstep share`: runs for others, through the repository's own remote. Every subcommand is loaded when it is asked for. */
import { commandGroup } from '../commandGroup.ts';

export const share = commandGroup({
  name: 'share',
  about: 'Runs for others, without a server: through the git remote of the repository, and its data remote.',
  commands: {
    push: {
      usage: 'push RUN…',
      summary: 'give others a run: record, code and pinned data',
      load: async () => (await import('./share/push.ts')).sharePush,
    },
    fetch: {
      usage: 'fetch [RUN…]',
      summary: 'bring the runs that others shared; nothing of them runs',
      load: async () => (await import('./share/fetch.ts')).shareFetch,
    },
    link: {
      usage: 'link RUN',
      summary: 'a link that opens a shared run in the editor, and the commands that do the same',
      load: async () => (await import('./share/link.ts')).shareLink,
    },
    export: {
      usage: 'export RUN --output FILE.zip',
      summary: 'a run as an RO-Crate with a script that repeats it without Lockstep',
      load: async () => (await import('./share/export.ts')).shareExport,
    },
  },
  notes: `A shared run lies under a ref of its own, refs/lockstep/shared/…, which no clone, log or fetch shows.
Exit codes: 0 done; 1 refused (a secret or a file too large would have gone along, a record is not to be
trusted); 2 wrong use; 3 could not be done or told; 130 cancelled.`,
});
