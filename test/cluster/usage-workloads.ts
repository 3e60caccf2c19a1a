// One of everything that runs containers, under profiles of the bundle `shop`, of others and of nobody.
import { BUSYBOX_IMAGE } from './images.ts';

/** The security context that names a profile of a node. */
export const local = (localhostProfile: string): object => ({
  seccompProfile: { type: 'Localhost', localhostProfile },
});
/** A container that runs until it is told to stop. */
export const container = (name: string, securityContext: object = {}, more: object = {}): object => ({
  name,
  image: BUSYBOX_IMAGE,
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
  securityContext,
  ...more,
});
const podOf = (containers: readonly object[], more: object = {}): object => ({
  terminationGracePeriodSeconds: 0,
  containers,
  ...more,
});
const templateOf = (app: string, spec: object, annotations: object = {}): object => ({
  selector: { matchLabels: { app } },
  template: { metadata: { labels: { app }, annotations }, spec },
});

/** One of everything; `pinned` is the generation that the CronJob stays with. */
export const everyWorkload = (pinned: string): object[] => [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'front' },
    spec: {
      replicas: 3,
      ...templateOf(
        'front',
        podOf([container('main', local('shop/app.json')), container('same', local('shop/same.json'))], {
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          initContainers: [
            container('setup', local('shop/app.json'), { command: ['true'] }),
            container('proxy', {}, { restartPolicy: 'Always' }),
          ],
        }),
      ),
    },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: templateOf(
      'agent',
      podOf([
        container('root', { ...local('shop/app.json'), privileged: true }),
        container('lost', local('shop/lost.json')),
      ]),
    ),
  },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly' },
    spec: {
      schedule: '0 0 1 1 *',
      jobTemplate: {
        spec: {
          template: {
            metadata: {
              annotations: { 'seccomp.security.alpha.kubernetes.io/pod': 'localhost/operator/a/b/c.json' },
            },
            spec: {
              ...podOf([container('main', local(`${pinned}/app.json`)), container('annotated')]),
              restartPolicy: 'Never',
            },
          },
        },
      },
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare' },
    spec: podOf(
      [
        container('main', local('theirs/audit.json')),
        container('open', { seccompProfile: { type: 'Unconfined' } }),
      ],
      {
        nodeName: 'node-2',
      },
    ),
  },
];
