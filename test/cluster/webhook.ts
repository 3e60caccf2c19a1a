// An admission webhook in this very process: the API server of the test cluster reaches it at 127.0.0.1.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from './handle.ts';
import { inFolder } from './plugin.ts';
import { mustRun, poll } from './processes.ts';

export type Answer =
  | { readonly allowed: true; readonly patch?: readonly object[] }
  | { readonly allowed: false; readonly status: { readonly code: number; readonly message: string } };

export interface Webhook {
  readonly certificate: string;
  readonly port: number;
  listen(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes a webhook that gives every Pod the same answer. It listens until it is stopped, and may listen again. */
export const startWebhook = async (answer: Answer): Promise<Webhook> => {
  const { key, certificate } = await makeCertificate();
  const server: Server = createServer({ key, cert: certificate }, async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { request: asked } = JSON.parse(Buffer.concat(pieces).toString()) as { request: { uid: string } };
    response.setHeader('Content-Type', 'application/json');
    response.end(
      JSON.stringify({
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: asked.uid, ...render(answer) },
      }),
    );
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    certificate,
    port,
    listen: () => listen(port),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const render = (answer: Answer): object =>
  answer.allowed && answer.patch
    ? {
        allowed: true,
        patchType: 'JSONPatch',
        patch: Buffer.from(JSON.stringify(answer.patch)).toString('base64'),
      }
    : answer;

const makeCertificate = (): Promise<{ key: string; certificate: string }> =>
  inFolder(async (folder) => {
    const [key, certificate] = [join(folder, 'key'), join(folder, 'crt')];
    await mustRun([
      ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', '/CN=webhook', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', key, '-out', certificate],
    ]);
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  });

/** Registers a webhook for the Pods of one namespace, and waits until the API server asks it. */
export const registerWebhook = async (
  cluster: Cluster,
  kind: 'Validating' | 'Mutating',
  { certificate, port }: Webhook,
  isInForce: (code: number, said: string) => boolean,
): Promise<void> => {
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${kind}WebhookConfiguration`,
    metadata: { name: 'company' },
    webhooks: [
      {
        name: 'pods.company.example',
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(certificate).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kubectl-seccomp' } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 2,
      },
    ],
  };
  await cluster.mustKubectl(['create', '-f', '-'], { input: JSON.stringify(configuration) });
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'asks', namespace: 'kubectl-seccomp' },
    spec: { containers: [{ name: 'x', image: 'x', resources: { limits: { memory: '1Gi' } } }] },
  };
  await poll('the webhook is in force', async () => {
    const { code, stdout, stderr } = await cluster.kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      { input: JSON.stringify(pod) },
    );
    return isInForce(code, stdout + stderr);
  });
};
