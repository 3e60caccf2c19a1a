// Which containers are checked, and what of them matters.
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkedContainersOf } from '../../../src/workload/checked-container.ts';
import { localhost } from '../../support/check-samples.ts';

const test = suite('src/workload/checked-container');
const facts = { areAnnotationsRead: false, handlers: new Map<string, string>() };

test('init, sidecar, ordinary and ephemeral containers that name a localhost profile, by themselves or by their pod', () => {
  const found = checkedContainersOf(
    {
      spec: {
        securityContext: localhost('web/pod.json'),
        initContainers: [{ name: 'setup' }, { name: 'proxy', restartPolicy: 'Always' }],
        containers: [
          {
            name: 'main',
            securityContext: { ...localhost('web/own.json'), allowPrivilegeEscalation: false },
          },
          { name: 'default', securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
        ],
        ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }],
      },
    },
    facts,
  );
  assert.equal(
    found.map(({ name, role, path, noNewPrivileges, confinement }) => [
      ...[name, role, path, noNewPrivileges],
      confinement.notApplied,
    ]),
    [
      ['setup', 'init', 'web/pod.json', false, undefined],
      ['proxy', 'sidecar', 'web/pod.json', false, undefined],
      ['main', 'container', 'web/own.json', true, undefined],
      ['debug', 'ephemeral', 'web/pod.json', false, 'privileged'],
    ],
  );
});

test('probes and hooks by exec are named; those by HTTP are not', () => {
  const [found] = checkedContainersOf(
    {
      spec: {
        containers: [
          {
            name: 'main',
            securityContext: localhost('a.json'),
            livenessProbe: { exec: { command: ['true'] } },
            readinessProbe: {},
            lifecycle: { postStart: { exec: {} }, preStop: {} },
          },
        ],
      },
    },
    facts,
  );
  assert.equal(found?.execs, ['livenessProbe', 'postStart']);
});

test('old annotations count where this API server still reads them', () => {
  const template = {
    metadata: { annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'localhost/old.json' } },
    spec: { containers: [{ name: 'main' }] },
  };
  assert.equal(checkedContainersOf(template, facts), []);
  assert.is(checkedContainersOf(template, { ...facts, areAnnotationsRead: true })[0]?.path, 'old.json');
});

test.run();
