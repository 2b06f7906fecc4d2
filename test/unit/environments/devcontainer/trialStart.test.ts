/** Which of a project's words for run a trial gets. */
import assert from 'node:assert/strict';
import { withoutClashing } from '../../../../src/environments/devcontainer/trialStart.ts';

describe('the words of a trial', () => {
  const rows: readonly (readonly [words: string, kept: string])[] = [
    ['--name a --init --name=b', '--init'],
    ['-p 80:80 -p8080:80 --publish=1:1 --privileged', '--privileged'],
    ['-h me -hme --hostname me --ipc=host', '--ipc=host'],
    ['--restart=unless-stopped --restart always --rm --rm=true', ''],
    ['-d --detach -itd --gpus all', '-it --gpus all'],
    ['--env -x --label p=-p1', '--env -x --label p=-p1'],
    ['--pids-limit=5 --network=none --hostname-x', '--pids-limit=5 --network=none --hostname-x'],
  ];
  for (const [words, kept] of rows)
    it(`${words}: ${kept === '' ? 'none' : kept}`, () =>
      assert.equal(withoutClashing(words.split(' ')).join(' '), kept));
});
