/** Questions of git that this process answers: by the real script, which git starts. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { runCommand } from '../../../src/base/runCommand.ts';
import { readGitQuestion } from '../../../src/extension/gitQuestion.ts';
import { openAskpass } from '../../../src/sharing/remote/askpass.ts';
import { scrubbedEnvironment } from '../../helpers/scrubbedEnvironment.ts';
import { temporaryFolder } from '../../helpers/temporaryFolder.ts';
import { waitFor } from '../../helpers/waitFor.ts';

describe('an askpass program', () => {
  it('answers git for those who know its token, refuses everybody else, and leaves nothing', async () => {
    await using folder = await temporaryFolder('lockstep ask pass');
    const asked: string[] = [];
    const askpass = await openAskpass((token, question) => {
      asked.push(question);
      const answer = question.startsWith('Username') ? 'ana' : 'open "sesame" $(x)';
      return Promise.resolve(token === 'right' ? answer : undefined);
    });
    const fill = async (variables: NodeJS.ProcessEnv): Promise<{ code: number | null; out: string }> => {
      const { exitCode, stdout } = await runCommand({
        ...{ program: 'git', args: ['credential', 'fill'], cwd: folder.path },
        env: { ...scrubbedEnvironment(folder.path), GIT_TERMINAL_PROMPT: '0', ...variables },
        input: 'protocol=https\nhost=host.example\n\n',
      });
      return { code: exitCode, out: stdout.toString('utf8') };
    };
    const variables = askpass.variables('right');
    const { code, out } = await fill(variables);
    assert.equal(code, 0);
    assert.match(out, /^username=ana\npassword=open "sesame" \$\(x\)$/m);
    assert.deepEqual(asked, [
      "Username for 'https://host.example': ",
      "Password for 'https://ana@host.example': ",
    ]);
    assert.ok(!JSON.stringify(variables).includes('sesame'));
    assert.equal((await fill(askpass.variables('wrong'))).code, 128);
    const script = variables['GIT_ASKPASS'] ?? '';
    assert.equal((await stat(dirname(script))).mode & 0o077, 0, 'others can look into its folder');
    await askpass[Symbol.asyncDispose]();
    await assert.rejects(stat(dirname(script)));
    assert.equal((await fill(variables)).code, 128);
  });

  it('tells that nobody waits for the answer any more, and ends the wait when it is closed', async () => {
    await using folder = await temporaryFolder('lockstep ask pass');
    const gone: boolean[] = [];
    const askpass = await openAskpass(async (_token, question, signal) => {
      gone.push(false);
      await waitFor('nobody to wait', () => signal.aborted);
      gone.push(true);
      return question;
    });
    const cancel = new AbortController();
    const variables = askpass.variables('t');
    const call = {
      ...{ program: variables['GIT_ASKPASS'] ?? '', args: ['Username'], cwd: folder.path },
      env: { ...scrubbedEnvironment(folder.path), ...variables },
    };
    const stopped = runCommand({ ...call, signal: cancel.signal });
    await waitFor('the question', () => gone.length === 1);
    cancel.abort();
    await stopped.catch(() => undefined);
    await waitFor('the end of it', () => gone.length === 2);
    const left = runCommand(call);
    await waitFor('the next question', () => gone.length === 3);
    await askpass[Symbol.asyncDispose]();
    assert.equal((await left).exitCode, 1);
  });

  for (const [question, kind, url, user] of [
    ["Username for 'https://host.example': ", 'user', 'https://host.example', undefined],
    ["Password for 'https://ana@host.example': ", 'password', 'https://host.example', 'ana'],
    ["Password for 'http://a%40b@127.0.0.1:8080/x.git': ", 'password', 'http://127.0.0.1:8080/x.git', 'a@b'],
  ] as const)
    it(`reads ${question}`, () => assert.deepEqual(readGitQuestion(question), { kind, url, user }));
  for (const question of [
    '',
    "Enter passphrase for key '/home/ana/.ssh/id': ",
    'Are you sure you want to continue connecting (yes/no)? ',
    "Password for 'ssh://host.example': ",
    "Password for 'https://a b': ",
    "Password for 'https://host.example': \nPassword for 'https://other.example': ",
  ])
    it(`has no answer for ${JSON.stringify(question)}`, () =>
      assert.equal(readGitQuestion(question), undefined));
});
