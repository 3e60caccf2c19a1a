// `rbac --policy`: a ValidatingAdmissionPolicy by which the install namespace admits no Pods and Jobs but those of this
// plugin, of this very program, and Pods that touch no node. Without it, whoever may create Pods there may mount any folder of a node as root.
// The Pods are those of `plugin/cluster/node-job.ts`; a suite on a real cluster tries it with them and with others.
import { loaderCommand } from '../../src/protocol/loader.ts';
import {
  CHUNKS_MOUNT,
  PROGRAM_MOUNT,
  REQUEST_VARIABLE,
  SECCOMP_ROOT_MOUNT,
  TERMINATION_LOG,
} from '../../src/protocol/request.ts';
import { isEmpty, isOff, isWithoutCapabilities, literal, none } from './cel.ts';
import { confinedProbe, confinedSync } from './harmless-policy.ts';
import type { Manifest } from './roles.ts';

export interface PolicyWanted {
  /** Of all policies and their bindings, with what each is about behind it. */
  readonly name: string;
  readonly installNamespace: string;
  /** Of the programs that may be run. */
  readonly programSha256: string;
  readonly images: readonly string[];
  /** The kubelets' root folders. */
  readonly kubeletRoots: readonly string[];
  /** Also admits what `--privilege privileged` makes. */
  readonly isPrivilegedAllowed: boolean;
}

interface Validation {
  readonly expression: string;
  readonly message: string;
}

/** Builds the policies and their bindings. */
export const policyManifests = (wanted: PolicyWanted): Manifest[] => {
  const { name } = wanted;
  const shape = validateSpec(wanted);
  return [
    ...policy(`${name}-jobs`, wanted, ['batch', 'jobs', ['CREATE', 'UPDATE']], {
      spec: 'object.spec.template.spec',
      harmless: { sync: confinedSync('object.spec.template.spec', wanted) },
      isUnchanged: `${UPDATE} && object.spec.template == oldObject.spec.template`,
      validations: shape,
    }),
    ...policy(`${name}-pods`, wanted, ['', 'pods', ['CREATE', 'UPDATE']], {
      spec: 'object.spec',
      harmless: {
        sync: confinedSync('object.spec', wanted),
        probe: confinedProbe('object', wanted),
      },
      isUnchanged: `${UPDATE} && object.spec == oldObject.spec`,
      validations: [
        // A Job's name in it may be made up, but the Pod then still is one of ours in all that counts. A dry run is how
        // the plugin asks beforehand; it makes nothing.
        {
          expression: `request.dryRun == true || (has(object.metadata.ownerReferences) && object.metadata.ownerReferences.exists(owner, owner.apiVersion == "batch/v1" && owner.kind == "Job"))`,
          message: 'only the Pods of Jobs are admitted here',
        },
        ...shape,
      ],
    }),
    // A shell in a Pod of ours would be root with the seccomp root in its hands.
    ...policy(`${name}-exec`, wanted, ['', EXEC, ['CREATE', 'UPDATE', 'CONNECT']], {
      validations: [{ expression: 'false', message: 'nobody enters the Pods here' }],
    }),
  ];
};

const EXEC = ['pods/exec', 'pods/attach', 'pods/ephemeralcontainers', 'pods/portforward'];
const UPDATE = 'request.operation == "UPDATE"';
const REGISTRATION = 'admissionregistration.k8s.io/v1';

const policy = (
  name: string,
  { installNamespace }: PolicyWanted,
  [group, resources, operations]: readonly [string, string | readonly string[], readonly string[]],
  check: {
    readonly spec?: string;
    /** By name: what is admitted as it is. */
    readonly harmless?: Readonly<Record<string, string>>;
    readonly isUnchanged?: string;
    readonly validations: readonly Validation[];
  },
): Manifest[] => [
  {
    apiVersion: REGISTRATION,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': installNamespace } },
        resourceRules: [
          { apiGroups: [group], apiVersions: ['*'], operations, resources: [resources].flat(), scope: '*' },
        ],
      },
      // What was there before may still be labelled, ended and deleted.
      ...(check.isUnchanged && {
        matchConditions: [
          { name: 'is-new', expression: `!(${check.isUnchanged})` },
          ...Object.entries(check.harmless ?? {}).map(([kind, expression]) => ({
            name: `is-not-${kind}`,
            expression: `!(${expression})`,
          })),
        ],
      }),
      ...(check.spec && {
        variables: [
          { name: 'spec', expression: check.spec },
          { name: 'container', expression: 'variables.spec.containers[0]' },
        ],
      }),
      validations: check.validations.map((validation) => ({ ...validation, reason: 'Forbidden' })),
    },
  } as Manifest,
  {
    apiVersion: REGISTRATION,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'] },
  } as Manifest,
];

const MOUNTS = { program: PROGRAM_MOUNT, bundle: CHUNKS_MOUNT, 'seccomp-root': SECCOMP_ROOT_MOUNT };

const POD = 'variables.spec';
const CONTAINER = 'variables.container';

const validateSpec = (wanted: PolicyWanted): Validation[] => [
  {
    expression: `size(${POD}.containers) == 1 && ${isEmpty(POD, 'initContainers', 'ephemeralContainers')}`,
    message: 'one container and no other',
  },
  {
    expression: isEmpty(POD, 'resourceClaims'),
    message: 'no devices',
  },
  {
    expression: isOff(POD, 'hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace'),
    message: 'no namespace of the host',
  },
  {
    expression: `has(${POD}.automountServiceAccountToken) && !${POD}.automountServiceAccountToken`,
    message: 'no service account token',
  },
  {
    expression: `${CONTAINER}.image in ${literal(wanted.images)}`,
    message: `only the image ${wanted.images.join(' or ')}`,
  },
  {
    // The loader checks the program's bytes by the hash at its end before it runs them.
    expression: `has(${CONTAINER}.command) && ${CONTAINER}.command == ${literal(loaderCommand(wanted.programSha256))} && ${none(CONTAINER, 'args', 'workingDir')}`,
    message: `only the program ${wanted.programSha256.slice(0, 16)} of this plugin: print the policy again with the version in use`,
  },
  {
    // Another variable, such as NODE_OPTIONS, would run another program before ours.
    expression: `has(${CONTAINER}.env) && size(${CONTAINER}.env) == 1 && ${CONTAINER}.env[0].name == ${literal(REQUEST_VARIABLE)} && ${none(`${CONTAINER}.env[0]`, 'valueFrom')} && (!has(${CONTAINER}.envFrom) || size(${CONTAINER}.envFrom) == 0)`,
    message: `no environment but ${REQUEST_VARIABLE}`,
  },
  {
    expression: `${none(CONTAINER, 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe', 'volumeDevices')} && (!has(${CONTAINER}.terminationMessagePath) || ${CONTAINER}.terminationMessagePath == ${literal(TERMINATION_LOG)})`,
    message: 'no probes, hooks or devices',
  },
  {
    expression: `has(${POD}.volumes) && ${POD}.volumes.all(volume, ${isOurVolume(wanted)})`,
    message: `only the program, the bundle, and the host path ${seccompRoots(wanted).join(' or ')}`,
  },
  {
    // A folder of the image's may not be covered: the program would then be run by another Node.
    expression: `has(${CONTAINER}.volumeMounts) && ${CONTAINER}.volumeMounts.all(mount, mount.name in ${literal(MOUNTS)} && mount.mountPath == ${literal(MOUNTS)}[mount.name] && ${none('mount', 'subPath', 'subPathExpr', 'mountPropagation')})`,
    message: `only at ${Object.values(MOUNTS).join(', ')}`,
  },
  {
    expression: `has(${POD}.securityContext) && has(${POD}.securityContext.seccompProfile) && ${POD}.securityContext.seccompProfile.type == "RuntimeDefault" && ${none(`${POD}.securityContext`, 'sysctls')}`,
    message: 'the seccomp profile RuntimeDefault, and no sysctls',
  },
  {
    expression: `has(${CONTAINER}.securityContext) && ${none(`${CONTAINER}.securityContext`, 'seccompProfile', 'procMount')} && has(${CONTAINER}.securityContext.readOnlyRootFilesystem) && ${CONTAINER}.securityContext.readOnlyRootFilesystem && (${isConfined}${wanted.isPrivilegedAllowed ? ` || ${isPrivileged}` : ''})`,
    message: wanted.isPrivilegedAllowed
      ? 'a read-only root file system'
      : 'not privileged, no capabilities, no privilege escalation, a read-only root file system',
  },
];

const CONTEXT = `${CONTAINER}.securityContext`;
const isPrivileged = `(has(${CONTEXT}.privileged) && ${CONTEXT}.privileged)`;
const isConfined = `(${isWithoutCapabilities(CONTEXT)} && has(${CONTEXT}.allowPrivilegeEscalation) && !${CONTEXT}.allowPrivilegeEscalation)`;

const seccompRoots = ({ kubeletRoots }: PolicyWanted): string[] =>
  kubeletRoots.map((root) => `${root.replace(/(?<=.)\/+$/, '')}/seccomp`);

const isOurVolume = (wanted: PolicyWanted): string =>
  [
    '(volume.name == "program" && has(volume.configMap))',
    '(volume.name == "bundle" && has(volume.projected) && volume.projected.sources.all(source, has(source.configMap)))',
    `(volume.name == "seccomp-root" && has(volume.hostPath) && volume.hostPath.path in ${literal(seccompRoots(wanted))})`,
  ].join(' || ');
