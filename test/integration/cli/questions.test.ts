/** Who leaves a question by Ctrl-C or Ctrl-D ends the command, quietly and at once. */
import assert from 'node:assert/strict';
import { answeredTerminal } from '../../helpers/answeredTerminal.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import { team } from '../sharing/team.ts';

const trainer = `import json, sys
for step in range(3):
    print(json.dumps({'step': step, 'loss': float(sys.argv[1]) / (step + 1)}))
`;

describe('a question in a terminal', function () {
  this.timeout(120_000);

  it('of find-cause is left by Ctrl-C and Ctrl-D, and answered by y and n', async () => {
    await using project = await cliProject({ 'train.py': trainer });
    for (const [name, value] of [
      ['good', '1'],
      ['bad', '2'],
    ] as const)
      assert.equal(
        (await project.lockstep(['run', '--name', name, '--', 'python3', 'train.py', value])).code,
        0,
      );
    const place = { cwd: project.root, env: project.environment };
    for (const keys of ['\\x03', '\\x04', 'n\\n']) {
      const { code, screen } = await answeredTerminal(['find-cause', 'good', 'bad'], keys, place);
      assert.equal(code, 130, screen);
      assert.match(screen, /Go on\? \[y\/N\] \S{0,6}\s*$/);
    }
    const { screen } = await answeredTerminal(['find-cause', 'good', 'bad'], 'y\\n', place);
    assert.match(screen, /1\. control, nothing set back/);
  });

  it('of a shared run is left by Ctrl-C and Ctrl-D, and a no is told as before', async () => {
    await using all = await team();
    const [ana, bob] = [await all.join('ana'), await all.join('bob')];
    await ana.write({ 'train.py': trainer });
    await ana.git('add', '--all');
    await ana.git('commit', '--quiet', '--message', 'a project');
    await ana.expect(0, 'run', '--name', 'base', '--', 'python3', 'train.py', '1');
    await ana.expect(0, 'share', 'push', 'base');
    await bob.expect(0, 'share', 'fetch');
    const place = { cwd: bob.root, env: bob.environment };
    for (const [keys, expected] of [
      ['\\x03', 130],
      ['\\x04', 130],
      ['n\\n', 2],
    ] as const) {
      const { code, screen } = await answeredTerminal(['reproduce', 'base'], keys, place);
      assert.equal(code, expected, screen);
      assert.doesNotMatch(screen, /should not have happened/);
      if (expected === 130) assert.match(screen, /Run it\? \[y\/N\] \S{0,6}\s*$/);
    }
  });
});
