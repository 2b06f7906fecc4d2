/** `lockstep data`: the data and models of this commit. Every subcommand is loaded only when it is asked for. */
import { commandGroup } from '../commandGroup.ts';

export const data = commandGroup({
  name: 'data',
  about: 'The data and models of this commit, pinned by DVC or Git LFS; neither needs to be installed.',
  commands: {
    status: {
      usage: 'status [PATH…]',
      summary: 'does the working tree hold what the pins say',
      load: async () => (await import('./data/status.ts')).dataStatus,
    },
    add: {
      usage: 'add PATH…',
      summary: 'pin files and folders',
      load: async () => (await import('./data/add.ts')).dataAdd,
    },
    commit: {
      usage: 'commit [PATH…]',
      summary: 'make the pins say what the working tree holds',
      load: async () => (await import('./data/commit.ts')).dataCommit,
    },
    checkout: {
      usage: 'checkout [PATH…]',
      summary: 'make the working tree what the pins say, from the cache',
      load: async () => (await import('./data/checkout.ts')).dataCheckout,
    },
    fetch: {
      usage: 'fetch [PATH…]',
      summary: 'bring what is pinned from the remote into the cache',
      load: async () => (await import('./data/fetch.ts')).dataFetch,
    },
    pull: {
      usage: 'pull [PATH…]',
      summary: 'fetch, then checkout',
      load: async () => (await import('./data/pull.ts')).dataPull,
    },
    push: {
      usage: 'push [PATH…]',
      summary: 'give the remote what it lacks',
      load: async () => (await import('./data/push.ts')).dataPush,
    },
    diff: {
      usage: 'diff [FROM [TO]]',
      summary: 'what differs between the data of two commits, or of one and the working tree',
      load: async () => (await import('./data/diff.ts')).dataDiff,
    },
    gc: {
      usage: 'gc [--yes]',
      summary: 'remove from the cache what nothing needs any more',
      load: async () => (await import('./data/gc.ts')).dataGc,
    },
    import: {
      usage: 'import URL PATH',
      summary: 'pin a file or folder of another repository at a revision',
      load: async () => (await import('./data/import.ts')).dataImport,
    },
    history: {
      usage: 'history PATH',
      summary: 'the versions of a pinned path: who, when, which runs used or made it',
      load: async () => (await import('./data/history.ts')).dataHistory,
    },
    hook: {
      usage: 'hook install|remove',
      summary: 'let pinned data follow every checkout in this clone',
      load: async () => (await import('./data/hook.ts')).dataHook,
    },
  },
  notes: `PATH is a pinned file or folder, a file in a pinned folder, a folder above several, or a pin file.
Exit codes: 0 done, in sync; 1 not in sync; 2 wrong use; 3 could not be done or told; 130 cancelled.`,
});
