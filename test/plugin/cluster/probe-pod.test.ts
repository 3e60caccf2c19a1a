// The Pod of a probe: the whole of it as a golden file, and what it takes over.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { probePod } from '../../../plugin/cluster/probe-pod.ts';
import { plainProbe } from '../../../src/workload/probe.ts';
import { localhost } from '../../support/check-samples.ts';
import { matchGolden } from '../../support/golden.ts';

const test = suite('plugin/cluster/probe-pod');

const SETTINGS = { image: 'docker.io/library/node:24', timeoutMs: 60_000 };
const plain = plainProbe('shop', 'node-1', 'web/nginx.json', false);

test('the whole of it', () => {
  const pod = probePod({ ...plain, isExecAsked: true }, 'seccomp-probe-x-1', SETTINGS);
  matchGolden('probe-pod.json', `${JSON.stringify(pod, null, 2)}\n`);
});

test('it ends by itself, carries none of the workload’s labels, and has no token', () => {
  const { metadata, spec } = probePod(plain, 'x', SETTINGS);
  assert.is(spec?.activeDeadlineSeconds, 90);
  assert.is(spec?.automountServiceAccountToken, false);
  assert.is(metadata?.labels?.['app.kubernetes.io/component'], 'probe');
  assert.is(spec?.containers[0]?.startupProbe, undefined);
});

test('security contexts are the workload’s, with the profile in question', () => {
  const pod = probePod(
    {
      ...plain,
      securityContext: { ...localhost('web/other.json'), capabilities: { drop: ['ALL'] }, runAsUser: 7 },
      podSecurityContext: { ...localhost('web/pod.json'), runAsNonRoot: true, fsGroup: 5 },
      serviceAccountName: 'web',
      runtimeClassName: 'fast',
    },
    'x',
    SETTINGS,
  );
  assert.equal(pod.spec?.securityContext, { runAsNonRoot: true, fsGroup: 5 });
  assert.equal(pod.spec?.containers[0]?.securityContext, {
    seccompProfile: { type: 'Localhost', localhostProfile: 'web/nginx.json' },
    capabilities: { drop: ['ALL'] },
    runAsUser: 7,
  });
  assert.is(pod.spec?.serviceAccountName, 'web');
  assert.is(pod.spec?.runtimeClassName, 'fast');
});

test('where the workload’s image would say which user is not root, the probe says one', () => {
  const pod = probePod({ ...plain, podSecurityContext: { runAsNonRoot: true } }, 'x', SETTINGS);
  assert.is(pod.spec?.containers[0]?.securityContext?.runAsUser, 65_534);
});

test.run();
