// Holds the built-in default against containerd's own code, run for every architecture, kernel and capability.
import * as assert from 'uvu/assert';
import { runContainerdDefault } from '../../../plugin/release/containerd-default.ts';
import { nativeOf } from '../../../src/profile/architectures.ts';
import { runtimeDefaultOf } from '../../../src/profile/builtins.ts';
import { compile } from '../../../src/profile/compile.ts';
import { ociJson } from '../../../src/profile/render-oci.ts';
import { canonical } from '../../support/canonical-profile.ts';
import { suiteThatNeeds } from '../../support/requires.ts';

// With the cluster's programs, Go is here and so is the containerd that they were built from.
const test = suiteThatNeeds('plugin/release/containerd-default', ['runc']);

/** The version that test/cluster/node/go.mod builds. */
const VERSION = '2.4.2';

test('the built-in default, compiled, is what containerd’s code gives in every case', () => {
  const { rules, runs } = runContainerdDefault(VERSION);
  const { source } = runtimeDefaultOf({ name: 'containerd', version: VERSION });
  const capabilities = new Set<string>();
  for (const run of runs) {
    // Its errnos have other numbers, and compiling says so instead of guessing.
    if (run.architecture === 'mips64le') continue;
    const ours = compile(source, run.architecture, {
      architectures: [run.architecture],
      capabilities: run.capabilities,
      minimumKernel: { major: run.kernel.Kernel, minor: run.kernel.Major },
    });
    const theirs = {
      defaultAction: run.defaultAction,
      architectures: run.architectures,
      syscalls: run.rules.map((place) => rules[place]),
    };
    const native = nativeOf(run.architecture);
    assert.equal(
      canonical(ociJson(ours), native),
      canonical(theirs, native),
      `${run.architecture}, kernel ${run.kernel.Kernel}.${run.kernel.Major}, ${run.capabilities.join(' ')}`,
    );
    if (run.capabilities.length === 1) capabilities.add(run.capabilities[0]!);
  }
  assert.is(runs.length, 9 * 2 * 43);
  assert.is(capabilities.size, 41);
});

test.run();
