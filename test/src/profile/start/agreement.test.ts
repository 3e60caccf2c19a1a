// What is said of a file when it is read and what is predicted of it agree: no runtime in use refuses what passes without
// an error, and what one refuses is told.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { defaultCompileOptions } from '../../../../src/profile/compile-options.ts';
import { prepareFile } from '../../../../src/profile/prepare.ts';
import type { Problem } from '../../../../src/profile/problem.ts';
import { type Prediction, predictLoad } from '../../../../src/profile/start/predict-load.ts';
import { LIBSECCOMP_VERSIONS } from '../../../../src/profile/syscalls.ts';
import { sampleOddText } from '../../../runtime/odd-texts.ts';
import { readDocument } from '../../../support/read-document.ts';
import { suiteThatNeeds } from '../../../support/requires.ts';

const test = suiteThatNeeds('src/profile/start/agreement', ['shared']);

const NODE = { architecture: 'amd64', noNewPrivileges: true, hasListener: true } as const;
const RUNTIMES = [
  ...['1.1.15', '1.2.8', '1.3.6', '1.5.2'].map((version) => ({ runtime: 'runc', version }) as const),
  ...['1.8.1', '1.21', '1.28'].map((version) => ({ runtime: 'crun', version }) as const),
];

interface Judged {
  readonly who: string;
  readonly prediction: Prediction;
}

const predictAll = (text: string, libraries = LIBSECCOMP_VERSIONS): readonly Judged[] =>
  RUNTIMES.flatMap((one) =>
    libraries.map((libseccomp) => ({
      who: `${one.runtime} ${one.version} with libseccomp ${libseccomp}`,
      prediction: predictLoad(readDocument(text), { ...NODE, ...one, libseccomp, reader: 'containerd' }),
    })),
  );

/** Not refused for what the file says, but for what it forbids the runtime itself. */
const isRefused = ({ prediction }: Judged): boolean =>
  prediction.kind === 'refused' && prediction.stage !== 'start';

const options = { ...defaultCompileOptions, architectures: ['amd64' as const] };
const prepare = (text: string) => prepareFile(new TextEncoder().encode(text), 'f', 'f', options);
const has = (problems: readonly Problem[], ...severities: string[]): boolean =>
  problems.some(({ severity }) => severities.includes(severity));

const spell = ({ who, prediction }: Judged): string =>
  `${who}: ${prediction.kind === 'refused' ? prediction.message : prediction.kind}`;

test('no runtime refuses what is shipped of a file of the corpus, but with a warning', () => {
  const folder = join(process.env.SECCOMP_SHARED ?? '', 'corpus/profiles');
  const wrong: string[] = [];
  let count = 0;
  for (const file of readdirSync(folder)) {
    const { profiles, problems } = prepareFile(readFileSync(join(folder, file)), file, file, options);
    for (const { builds } of profiles) {
      count += 1;
      const refused = predictAll(new TextDecoder().decode(builds[0]!.content)).filter(isRefused);
      if (refused.length > 0 && !has(problems, 'warning')) wrong.push(`${file}: ${refused.map(spell)[0]}`);
    }
  }
  assert.equal(wrong, []);
  assert.ok(count > 110, `${count} profiles`);
});

test('what some runtime refuses of an odd file is an error or a warning, and what is shipped loads or warns', () => {
  const texts = fc.sample(sampleOddText, { numRuns: 1500, seed: 5 });
  const wrong: string[] = [];
  for (const text of texts) {
    const { problems, profiles } = prepare(text);
    const [raw] = predictAll(text, ['2.5.4']).filter(isRefused);
    if (raw !== undefined && !has(problems, 'error', 'warning')) wrong.push(`raw: ${spell(raw)}: ${text}`);
    for (const { builds } of profiles) {
      const content = new TextDecoder().decode(builds[0]!.content);
      const [shipped] = predictAll(content, ['2.5.4']).filter(isRefused);
      if (shipped !== undefined && !has(problems, 'warning'))
        wrong.push(`shipped: ${spell(shipped)}: ${text}`);
    }
  }
  assert.equal(wrong.slice(0, 10), []);
});

test('a file with an error is refused by a runtime, or means something else to one of them', () => {
  // Counted, since what two readers make of one file can't be judged here: most errors are refusals.
  const texts = fc.sample(sampleOddText, { numRuns: 600, seed: 6 });
  const faulty = texts.filter((text) => has(prepare(text).problems, 'error'));
  const refused = faulty.filter((text) => predictAll(text, ['2.5.4']).some(isRefused));
  assert.ok(
    faulty.length > 200 && refused.length * 4 > faulty.length * 3,
    `${refused.length} of ${faulty.length}`,
  );
});

test.run();
