// Short pods behind the waves of `apply --probe`: who uses the bundle, of all that makes pods, and where they are started.
import type { Bundle } from '../../src/bundle/manifest-types.ts';
import { SeccompError } from '../../src/error.ts';
import { usesOf } from '../../src/rollout/probe-users.ts';
import type { WaveProbe } from '../../src/rollout/probe-wave.ts';
import type { PodTemplate } from '../../src/workload/objects.ts';
import { subjectOf } from '../../src/workload/read-manifests.ts';
import type { Connected, ConnectOptions } from '../outside.ts';

/** Makes what the engine asks for; pods are started in the install namespace, which admits them under any profile. */
export const waveProbe = (
  { manifest, digest }: Pick<Bundle, 'manifest' | 'digest'>,
  { controllers, prober }: Pick<Connected, 'controllers' | 'prober'>,
  { installNamespace }: Pick<ConnectOptions, 'installNamespace'>,
): WaveProbe => ({
  prober,
  namespace: installNamespace,
  async readUses() {
    const paths = new Set(manifest.profiles.map(({ path }) => path));
    const templates: PodTemplate[] = [];
    for await (const page of controllers.list(undefined)) {
      // Whoever cannot be seen may be the one that would not start.
      if (page.kind === 'unread') throw new SeccompError('api', page.message);
      for (const object of page.objects) {
        const subject = subjectOf({ ...object, kind: page.of.kind }, '');
        if (subject && usesOf([subject.template], { bundle: manifest.name, digest, paths }).length > 0)
          templates.push(subject.template);
      }
    }
    return usesOf(templates, { bundle: manifest.name, digest, paths });
  },
});
