/**
 * Verdicts on real runs of a program with noise, by its own probes: how often they are wrong. Only with
 * `LOCKSTEP_SOAK=1`; the short form is in test/unit/reproduction/probe.
 */
import assert from 'node:assert/strict';
import { awaitVerdict } from '../../../src/reproduction/awaitVerdict.ts';
import { alarmRate } from '../../../src/reproduction/probe/noiseBand.ts';
import { cliProject } from '../../helpers/lockstepCli.ts';
import type { CliProject } from '../../helpers/lockstepCli.ts';
import { startReproduction, storeOf } from '../../helpers/reproducedRuns.ts';
import { noiseKinds } from '../../helpers/noisyTraining.ts';
import { often, soak } from '../../helpers/soak.ts';
import { countVerdicts } from '../../helpers/verdictRates.ts';
import { supervisorScript } from '../../helpers/testRuns.ts';

const rounds = often(0, 20);

/**
 * Threads hand in their parts of a sum as they get done, so its order is chance, and so are its last bits; NOISE is what
 * a GPU adds to that. RATE changes the training.
 */
const trainer = `
import json, os, random, sys, threading
sys.setswitchinterval(1e-6)
rate = float(os.environ.get('OMP_RATE', '0.05'))
random.seed(7)
data = [(x / 40, 3 * x / 40 + 1 + random.gauss(0, 0.1)) for x in range(80)]
weight, bias = random.gauss(0, 1), 0.0
noise = random.SystemRandom()
def work(part, sums):
    errors = [((weight * x + bias - y) * (1 + 1e-7 * noise.gauss(0, 1)), x) for x, y in part]
    sums.append((sum(e * x for e, x in errors), sum(e for e, _ in errors)))
for step in range(40):
    random.shuffle(data)
    sums = []
    threads = [threading.Thread(target=work, args=(data[at::4], sums)) for at in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    weight -= rate * sum(one for one, _ in sums) / len(data)
    bias -= rate * sum(one for _, one in sums) / len(data)
    loss = sum((weight * x + bias - y) ** 2 for x, y in data) / len(data)
    print(json.dumps({'step': step, 'loss': loss}))
`;

async function verdictOf(project: CliProject, variables: Record<string, string> = {}): Promise<string> {
  const run = await startReproduction(project, 'base', { variables });
  await run.ended();
  const store = storeOf(project);
  const judge = { node: process.execPath, supervisorScript };
  const verdict = await awaitVerdict(store.store, await store.resolve('base'), run.id, judge);
  return verdict?.verdict ?? 'none';
}

if (soak) describe('false verdicts', falseVerdicts);

function falseVerdicts(this: Mocha.Suite): void {
  this.timeout(3_600_000);

  it('are rare for a program with races between threads, and a change is seen', async () => {
    await using project = await cliProject({ 'train.py': trainer });
    const ran = await project.lockstep(['run', '--name', 'base', '--', 'python3', 'train.py']);
    assert.equal(ran.code, 0, ran.stderr);
    const probed = await project.json(['probe', 'base', '--steps', '39', '--json']);
    assert.equal(probed.code, 1, JSON.stringify(probed.document));
    const same: string[] = [];
    const changed: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      same.push(await verdictOf(project));
      changed.push(await verdictOf(project, { OMP_RATE: '0.0505' }));
    }
    const wrong = same.filter(verdict => verdict === 'diverged').length;
    const missed = changed.filter(verdict => verdict !== 'diverged').length;
    console.log(`      ${rounds} reproductions each: ${wrong} falsely diverged, ${missed} changes not seen`);
    assert.ok(wrong <= 0.05 * rounds, same.join(' '));
    assert.equal(missed, 0, changed.join(' '));
  });

  for (const kind of noiseKinds)
    it(`come at the promised rate in 200 trainings: ${kind}`, () => {
      for (const reach of [
        { steps: 200, probeSteps: 200 },
        { steps: 400, probeSteps: 40 },
      ]) {
        const asked = { kind, repetitions: 200, probes: 1, firstSeed: 100_000, ...reach };
        const noise = countVerdicts(asked);
        const seeds = countVerdicts({ ...asked, change: { seed: 77 } });
        const told = `probe of ${reach.probeSteps}: noise alone ${JSON.stringify(noise)}, other seed ${JSON.stringify(seeds)}`;
        console.log(`      ${told}`);
        // Three times what is promised: 200 repetitions say no more.
        assert.ok(noise.diverged <= 3 * 200 * alarmRate, told);
        assert.equal(seeds.identical + seeds['within-tolerance'], 0, told);
      }
    });
}
