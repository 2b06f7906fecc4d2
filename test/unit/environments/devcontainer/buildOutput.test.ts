/** The three forms in which builders tell their steps. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BuildOutput } from '../../../../src/environments/devcontainer/buildOutput.ts';
import {
  baseImages,
  contextSources,
  dockerfileInstructions,
  lineOfStep,
} from '../../../../src/environments/devcontainer/dockerfile.ts';

function taken(text: string): BuildOutput {
  const build = new BuildOutput();
  for (const line of text.split('\n')) build.take(line);
  return build;
}

const forms: readonly (readonly [name: string, text: string, reason: RegExp])[] = [
  [
    'classic',
    `Step 1/3 : FROM debian
 ---> 99dc737b0d3f
Step 2/3 : RUN true
 ---> Using cache
 ---> fe3ba1db482d
Step 3/3 : RUN pip install x
 ---> Running in 1b5c5e0d2f11
no such package
The command '/bin/sh -c pip install x' returned a non-zero code: 2`,
    /exit code 2/,
  ],
  [
    'Buildah',
    `STEP 1/3: FROM debian
[2/2] STEP 2/3: RUN true
--> Using cache fe3ba1db482d
STEP 3/3: RUN pip install x
no such package
Error: building at STEP "RUN pip install x": while running runtime: exit status 2`,
    /exit code 2/,
  ],
  [
    'BuildKit',
    `#4 [1/3] FROM docker.io/library/debian
#4 DONE 0.1s
#5 [2/3] RUN true
#5 CACHED
#6 [3/3] RUN pip install x
#6 0.412 no such package
#6 ERROR: process "/bin/sh -c pip install x" did not complete successfully: exit code: 2`,
    /exit code: 2/,
  ],
];

describe('the output of a build', () => {
  for (const [name, text, reason] of forms)
    it(`is followed: ${name}`, () => {
      const build = taken(text);
      assert.deepEqual(
        build.steps.map(({ number, state }) => `${number} ${state}`),
        ['1/3 done', '2/3 cached', '3/3 failed'],
      );
      const { failure } = build;
      assert.equal(failure?.step?.text, 'RUN pip install x');
      assert.deepEqual(failure.step.output, ['no such package']);
      assert.match(failure.reason, reason);
    });

  it('may be anything', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            ...forms.flatMap(([, text]) => text.split('\n')).map(line => fc.constant(line)),
          ),
        ),
        lines => {
          const build = taken(lines.join('\n'));
          assert.ok(build.steps.every(({ output }) => output.length <= 60));
        },
      ),
    );
  });
});

describe('a Dockerfile', () => {
  const text = `# syntax=docker/dockerfile:1
ARG BASE=debian
FROM --platform=linux/amd64 python:3.12 AS base
# comment
RUN apt-get update && \\
    # between
    apt-get install -y git

COPY --chown=1:1 requirements.txt "with space.txt" /tmp/
copy ["a b", "c", "/d/"]
COPY --from=base /x /y
ADD https://example.org/x /x
RUN <<EOF
COPY not this
EOF
RUN --mount=type=bind,source=lock,target=/l --mount=type=cache,target=/c true
FROM base
FROM scratch
FROM nvidia/cuda:12.8.1-base
`;

  it('is read as instructions with their lines', () => {
    assert.deepEqual(
      dockerfileInstructions(text).map(({ line, name }) => `${line} ${name}`),
      [
        '2 ARG',
        '3 FROM',
        '5 RUN',
        '9 COPY',
        '10 COPY',
        '11 COPY',
        '12 ADD',
        '13 RUN',
        '16 RUN',
        '17 FROM',
        '18 FROM',
        '19 FROM',
      ],
    );
    assert.equal(lineOfStep(text, 'RUN apt-get update &&      apt-get install -y git'), 5);
    assert.equal(lineOfStep(text, 'RUN something else'), undefined);
  });

  it('says what it takes of its context, and what it starts from', () => {
    assert.deepEqual(contextSources(text), ['requirements.txt', 'with space.txt', 'a b', 'c', 'lock']);
    assert.equal(contextSources('FROM x\nCOPY $WHAT /'), 'everything');
    assert.deepEqual(contextSources('FROM x\nRUN true'), []);
    assert.deepEqual(baseImages(text), ['python:3.12', 'nvidia/cuda:12.8.1-base']);
  });

  it('may be anything', () => {
    const words = fc.array(
      fc.constantFrom(
        'FROM',
        'RUN',
        'COPY',
        ' ',
        '\\',
        '\n',
        '<<EOF',
        'EOF',
        '#',
        '["',
        '"]',
        ',',
        '$',
        '`',
        'a',
      ),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          words.map(parts => parts.join('')),
        ),
        file => {
          const lines = file.split('\n').length;
          for (const { line } of dockerfileInstructions(file)) assert.ok(line >= 1 && line <= lines);
          contextSources(file);
          baseImages(file);
        },
      ),
    );
  });
});
