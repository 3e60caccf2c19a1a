// The screens of the UI with something on each, as the goldens and the pictures of the documentation show them.
import type { DiffDocument } from '../../plugin/output/diff-document.ts';
import { formatPlace } from '../../plugin/tui/place.ts';
import { usersOf } from '../../plugin/tui/screens/bundle.ts';
import { diffWords } from '../../plugin/tui/screens/diff.ts';
import { explainWords, lintWords } from '../../plugin/tui/screens/profile.ts';
import type { Size, State } from '../../plugin/tui/state.ts';
import type { RolloutEvent } from '../../src/rollout/events.ts';
import type { Profile } from '../../src/workload/confinement.ts';
import type { WorkloadsNow } from '../../src/workload/ports.ts';
import type { WorkloadRow } from '../../src/workload/rows.ts';
import { localhost, sampleConfinement } from './fake-workloads.ts';
import { act, answered, press, sampleNodes, sampleState } from './ui-samples.ts';

const SOURCE = `{
  "defaultAction": "SCMP_ACT_ERRNO",
  "defaultErrnoRet": 1,
  "syscalls": [
    {
      "names": ["read", "write", "exit_group"],
      "action": "SCMP_ACT_ALLOW"
    },
    {
      "names": ["mount"],
      "action": "SCMP_ACT_ALLOW"
    }
  ]
}
`;

const call = (syscall: string, action: string, line: number, path: string, risk?: object) => ({
  syscall,
  number: 0,
  fate: action === 'SCMP_ACT_ALLOW' ? 'allowed' : 'refused',
  decision: { action, by: 'rule', certainty: 'exact', place: { line, column: 5, path } },
  rules: [],
  ...(risk && { risk }),
});

const EXPLANATION = {
  architecture: 'amd64',
  defaultAction: { action: 'SCMP_ACT_ERRNO', errno: 1, errnoName: 'EPERM' },
  calls: [
    ...['read', 'write', 'exit_group'].map((name) => call(name, 'SCMP_ACT_ALLOW', 6, '$.syscalls[0].names')),
    call('mount', 'SCMP_ACT_ALLOW', 10, '$.syscalls[1].names[0]', {
      rank: 'dangerous',
      sentence: 'changes mounts: hidden paths reappear',
    }),
    call('ptrace', 'SCMP_ACT_ERRNO', 2, '$.defaultAction'),
  ],
  runtimeDefault: { name: 'kubernetes/default', wider: [{ syscall: 'mount' }], narrower: [] },
};

const LINT = {
  files: [
    {
      problems: [
        {
          code: 'SP501',
          severity: 'warning',
          line: 10,
          column: 17,
          path: '$.syscalls[1].names[0]',
          message: 'mount is dangerous',
          hint: 'leave it out',
          fixable: false,
        },
      ],
    },
  ],
};

const DIFF = {
  before: 'web@v1/web.json',
  after: 'web@v2/web.json',
  architecture: 'amd64',
  answer: 'differs',
  runtimes: ['runc'],
  libseccomp: ['2.6.1'],
  settings: [],
  addedArchitectures: [],
  removedArchitectures: [],
  untold: [],
  changes: [
    {
      kind: 'wider',
      architecture: 'SCMP_ARCH_X86_64',
      syscall: 'mount',
      number: 165,
      always: true,
      example: {},
      risk: { rank: 'dangerous', sentence: 'changes mounts: hidden paths reappear' },
      before: { action: 'SCMP_ACT_ERRNO', errno: 1, errnoName: 'EPERM', by: 'default', certainty: 'exact' },
      after: {
        action: 'SCMP_ACT_ALLOW',
        by: 'rule',
        certainty: 'exact',
        place: { line: 10, column: 5, path: '$.syscalls[1]' },
      },
      everywhere: true,
      nodes: [{ runtime: 'runc', libseccomp: ['2.6.1'] }],
    },
  ],
} as unknown as DiffDocument;

const container = (namespace: string, name: string, profile: object, summary: object, pods: number) => ({
  namespace,
  workload: { kind: 'Deployment', name },
  container: { name: 'main', role: 'container' },
  profile,
  setBy: 'pod',
  isInTemplate: true,
  summary,
  pods: Array.from({ length: pods }, (_, index) => ({
    name: `${name}-${index}`,
    node: `node-0${index + 1}`,
    container: 'running',
  })),
});

const USAGE = {
  containers: [
    {
      ...container(
        'shop',
        'front',
        { type: 'Localhost', localhostProfile: 'web/web.json' },
        { current: 3 },
        3,
      ),
      bundle: 'web',
    },
    container('shop', 'legacy', { type: 'Unconfined' }, {}, 2),
    container(
      'shop',
      'ledger',
      { type: 'Localhost', localhostProfile: 'gone/x.json' },
      { 'missing-bundle': 1 },
      1,
    ),
    container('kube-system', 'dns', { type: 'RuntimeDefault' }, {}, 2),
  ],
  unread: [],
};

const row = (namespace: string, name: string, profile: Profile, pods: number): WorkloadRow => ({
  namespace,
  workload: { kind: 'Deployment', name },
  container: { name: 'main', role: 'container' },
  confinement: sampleConfinement(profile),
  template: { placement: {} },
  pods: Array.from({ length: pods }, (_, index) => ({
    name: `${name}-${index}`,
    node: `node-0${index + 1}`,
    state: 'running',
  })),
});

/** As USAGE. */
const WORKLOADS: WorkloadsNow = {
  rows: [
    row('kube-system', 'dns', { kind: 'runtime-default' }, 2),
    row('shop', 'front', localhost('web/web.json'), 3),
    row('shop', 'ledger', localhost('gone/x.json'), 1),
    row('shop', 'legacy', { kind: 'unconfined' }, 2),
  ],
  unread: [],
  isWhole: true,
};

const PREVIEW = {
  stdout: 'node/node-01 installed (server dry run)\nnode/node-02 installed (server dry run)\n',
  stderr: 'Warning: web.json:10:17: mount is dangerous [SP501]\n',
  exitCode: 0,
} as const;

const ROLLING = ['apply', '-f', 'web', '--name', 'web', '--waves', '1,100%'];

const rolling = (size: Size): State => {
  const started = press(sampleState('fleet', { size }), `:${ROLLING.join(' ')}`, '<return>', '<return>');
  const nodes = sampleNodes(12);
  const events: RolloutEvent[] = [
    {
      kind: 'planned',
      operation: 'install',
      bundle: 'web',
      revision: 3,
      nodes: nodes.map((node) => ({ node, action: 'run' })),
    },
    { kind: 'wave', number: 1, of: 2, nodes: 1, failingBefore: [] },
    ...nodes.slice(0, 6).map(({ name }): RolloutEvent => ({ kind: 'launched', node: name })),
    ...nodes.slice(0, 3).map(
      ({ name }): RolloutEvent => ({
        kind: 'done',
        node: name,
        report: {
          version: 1,
          operation: 'install',
          outcome: 'installed',
          durationMs: 12,
          facts: { architecture: 'amd64', kernel: '6.18.0', bootId: 'boot' },
        },
      }),
    ),
    {
      kind: 'failed',
      node: 'node-05',
      reason: { code: 'no-space', message: 'no space is left on the disk', hint: 'make room' },
    },
    {
      kind: 'waiting',
      node: 'node-06',
      reason: { code: 'image-pull', message: 'the image is being pulled' },
    },
  ];
  const news = events.map((event) => ({ kind: 'event', event }) as const);
  return act(started, { kind: 'run-news', id: 1, nowMs: started.nowMs + 4000, news });
};

const profile = (size: Size): State => {
  const file = 'web@v2/web.json';
  const opened = act(sampleState('bundle/web/web.json', { size }), {
    kind: 'profile',
    name: file,
    loaded: { value: SOURCE },
  });
  return press(answered(answered(opened, explainWords(file), EXPLANATION), lintWords(file), LINT), 'p');
};

const diff = (size: Size): State => {
  const place = { screen: 'diff', before: 'web@v1/web.json', after: 'web@v2/web.json' } as const;
  return answered(sampleState(formatPlace(place), { size }), diffWords(place), DIFF);
};

/** Each screen at a size. */
export const SCENES = {
  'fleet-nodes': (size: Size): State => press(sampleState('fleet', { size }), 'jj'),
  'fleet-groups': (size: Size): State => press(sampleState('fleet', { size, nodes: 500 }), 'bb', 'l'),
  bundles: (size: Size): State => sampleState('bundles', { size }),
  bundle: (size: Size): State => answered(sampleState('bundle/web', { size }), usersOf('web'), USAGE),
  profile,
  node: (size: Size): State => sampleState('node/node-05', { size }),
  workloads: (size: Size): State =>
    act(sampleState('workloads', { size }), { kind: 'workloads', namespace: undefined, now: WORKLOADS }),
  history: (size: Size): State => press(sampleState('history/web', { size }), 'm'),
  diff,
  preview: (size: Size): State =>
    answered(
      press(sampleState('fleet', { size }), ':apply -f web --name web', '<return>'),
      ['apply', '-f', 'web', '--name', 'web', '--dry-run=server'],
      PREVIEW,
    ),
  confirm: (size: Size): State =>
    press(sampleState('fleet', { size }), ':delete web', '<return>', '<return>', 'we'),
  rollout: rolling,
  'rollout-paused': (size: Size): State => press(rolling(size), 'p'),
  palette: (size: Size): State => press(sampleState('fleet', { size }), ':ro', '<tab>'),
  help: (size: Size): State => press(sampleState('fleet', { size }), '?'),
} as const;
