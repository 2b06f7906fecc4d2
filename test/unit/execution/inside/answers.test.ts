/** What containers and engines answer, read without trust. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readListing } from '../../../../src/environments/python/listingScript.ts';
import { demuxed } from '../../../../src/execution/inside/demuxed.ts';
import { readMetadata } from '../../../../src/environments/devcontainer/imageMetadata.ts';
import { remoteVariables } from '../../../../src/execution/inside/findContainer.ts';
import { startedWrapper } from '../../../../src/execution/inside/insideFolder.ts';
import { engineRefused } from '../../../../src/execution/inside/errors.ts';
import { whyNot } from '../../../../src/execution/inside/packagesInside.ts';
import { passedOn } from '../../../../src/execution/inside/passedOn.ts';
import { environmentOf, readProbe } from '../../../../src/execution/inside/probeInside.ts';
import { innermostPid } from '../../../../src/execution/inside/shownHere.ts';

function frame(stream: number, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array));

describe('the streams of an engine', () => {
  it('are what was framed, whatever they hold', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(1, 2), bytes)), frames => {
        const { stdout, stderr } = demuxed(
          Buffer.concat(frames.map(([stream, content]) => frame(stream, content))),
        );
        const of = (wanted: number): Buffer =>
          Buffer.concat(frames.flatMap(([stream, content]) => (stream === wanted ? [content] : [])));
        assert.deepEqual([stdout, stderr], [of(1), of(2)]);
      }),
    );
  });

  it('end where they are cut off', () => {
    fc.assert(fc.property(bytes, cut => void demuxed(cut)));
    assert.equal(demuxed(frame(1, Buffer.from('hello')).subarray(0, 10)).stdout.toString(), 'he');
  });
});

describe('the answer of a container about itself', () => {
  const python =
    '{"path":"/usr/bin/python3","realPath":"/usr/bin/python3.11","version":"3.11.2","implementation":"cpython","prefix":"/usr","libc":"glibc-2.36"}';

  it('is read in its parts', () => {
    const answer = `seen\nunwritable\n1000\n100\nthere\nDebian GNU/Linux 12 (bookworm)\n.\n${python}\n.\nPATH=/bin\0A=x\ny\0`;
    assert.deepEqual(readProbe(Buffer.from(answer)), {
      ...{ seesRun: true, mayWrite: false, seesFolder: true, uid: 1000, gid: 100 },
      os: 'Debian GNU/Linux 12 (bookworm)',
      python: JSON.parse(python) as unknown,
      environment: { PATH: '/bin', A: 'x\ny' },
    });
  });

  it('may lack a system and a Python', () => {
    const probe = readProbe(Buffer.from('unseen\nwritable\n0\n0\nlost\n.\n.\n'));
    assert.deepEqual(
      [probe?.os, probe?.python, probe?.seesRun, probe?.environment],
      [undefined, undefined, false, {}],
    );
  });

  it('is nothing when it is something else', () => {
    fc.assert(fc.property(fc.string(), text => assert.equal(readProbe(Buffer.from(text)), undefined)));
  });

  it('has variables of any content', () => {
    const name = fc.stringMatching(/^[A-Z_]{1,8}$/);
    const value = fc.string().filter(text => !text.includes('\0'));
    fc.assert(
      fc.property(fc.dictionary(name, value), variables => {
        const text = Object.entries(variables)
          .map(([key, one]) => `${key}=${one}\0`)
          .join('');
        assert.deepEqual(environmentOf(text), { ...variables });
      }),
    );
  });
});

describe('a devcontainer made by any tool', () => {
  it('says its user and variables, the last word counting', () => {
    const label = JSON.stringify([
      { id: 'a-feature' },
      { remoteUser: 'root', remoteEnv: { A: '1', B: '2' } },
      { containerUser: 'c', remoteUser: 'vscode', remoteEnv: { B: null, C: '${containerEnv:PATH}:/x' } },
    ]);
    assert.deepEqual(readMetadata(label), {
      remoteUser: 'vscode',
      remoteEnv: { A: '1', B: null, C: '${containerEnv:PATH}:/x' },
    });
    assert.deepEqual(readMetadata('no json'), { remoteUser: undefined, remoteEnv: {} });
    assert.equal(readMetadata('{"containerUser":"c"}').remoteUser, 'c');
  });

  it('has its variables put in', () => {
    const remoteEnv = { P: '${containerEnv:PATH}:${containerWorkspaceFolder}', T: '${localEnv:TOKEN}' };
    const labels = {
      'devcontainer.local_folder': '/home/ada/p q',
      'devcontainer.metadata': JSON.stringify([
        { remoteEnv: { ...remoteEnv, L: '${localWorkspaceFolder}' } },
      ]),
    };
    assert.deepEqual(remoteVariables(labels, ['PATH=/bin'], { TOKEN: 's' }, '/w/p q'), {
      ...{ P: '/bin:/w/p q', T: 's', L: '/home/ada/p q' },
    });
  });
});

describe('what goes into a container from the shell of the person', () => {
  it('decides numbers and names no place', () => {
    assert.deepEqual(
      passedOn({
        ...{ PATH: '/bin', HOME: '/home/me', LD_LIBRARY_PATH: '/x', AWS_SECRET_ACCESS_KEY: 's', LANG: 'de' },
        ...{ CUDA_VISIBLE_DEVICES: '1', OMP_NUM_THREADS: '4', PYTHONHASHSEED: '0', PYTHONPATH: '/x' },
        XLA_FLAGS: undefined,
      }),
      { CUDA_VISIBLE_DEVICES: '1', OMP_NUM_THREADS: '4', PYTHONHASHSEED: '0' },
    );
  });
});

describe('numbers of processes', () => {
  it('are those inside, and only of what is inside of something', () => {
    assert.equal(innermostPid('Name:\tsh\nNSpid:\t15206\t8\n'), 8);
    assert.equal(innermostPid('Name:\tsh\nNSpid:\t15206\n'), undefined);
    assert.equal(innermostPid(''), undefined);
    const line = `17 (a) b) S 0 17 17 ${'0 '.repeat(15)}4711 0 0`;
    assert.deepEqual(startedWrapper(`17 ${line}\n`), { pid: 17, pidStart: '4711' });
    assert.deepEqual(startedWrapper('17 17 (sh) S 0'), { pid: 17 });
    for (const text of [undefined, '', 'x', '0 1', '-1 2']) assert.deepEqual(startedWrapper(text), {});
  });
});

describe('the packages of a container', () => {
  it('are named without credentials, where they lie by the names of this machine', () => {
    const listed = JSON.stringify([
      { name: 'numpy', version: '2.1.0' },
      { name: 'own', version: '1', url: 'file:///w/own', commit: '', editable: true, location: '/w/own' },
      {
        name: 'far',
        version: '1',
        url: 'https://u:p@h/far.git',
        commit: 'abc',
        editable: true,
        location: '/opt/far',
      },
    ]);
    assert.deepEqual(
      readListing(listed, path => (path.startsWith('/w') ? `/home/me${path}` : `container:${path}`)),
      [
        { name: 'numpy', version: '2.1.0' },
        { name: 'own', version: '1', url: 'file:///w/own', editable: true, location: '/home/me/w/own' },
        {
          name: 'far',
          version: '1',
          url: 'https://h/far.git@abc',
          editable: true,
          location: 'container:/opt/far',
        },
      ],
    );
  });
});

describe('a container that cannot be asked for its packages', () => {
  const cases: [said: string, why: RegExp][] = [
    ['Container 3f2a is not running', /^it was stopped before/],
    ['can only create exec sessions on running containers: container state improper', /^it was stopped/],
    ['No such container: 3f2a', /^it was gone/],
    ['Container 3f2a is paused, unpause the container before exec', /^it was paused/],
    ['no space left on device', /no space left/],
  ];
  for (const [said, why] of cases)
    it(said, () => {
      const text = whyNot(engineRefused('POST /containers/3f2a/exec', said, 409));
      assert.match(text, why);
      assert.doesNotMatch(text, /LockstepError/);
    });
});
