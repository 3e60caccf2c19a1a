// Which containers run an image, by the names that templates give it (distribution reference grammar).
import { SeccompError } from '../error.ts';
import type { ProfilePlace } from './bind-place.ts';
import { containerPlaces } from './bind-plan.ts';
import type { PodTemplate } from './objects.ts';

/** An image as it is asked for: without tag and digest every image of the repository is meant. */
export interface ImageName {
  /** With registry, e.g. `docker.io/library/nginx`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

const DEFAULT_REGISTRY = 'docker.io';
const DEFAULT_TAG = 'latest';

/** Parses `nginx`, `nginx:1.29`, `registry:5000/team/app@sha256:…`; throws SeccompError `usage`. */
export const parseImage = (text: string): ImageName => {
  const image = readImage(text);
  if (image) return image;
  throw new SeccompError('usage', `"${text}" is not the name of an image`);
};

/** Returns the containers of a template that run such an image. */
export const placesOfImage = (template: PodTemplate, wanted: ImageName): ProfilePlace[] =>
  containerPlaces(template).filter(({ list, name }) => {
    const container = template.spec?.[list]?.find((one) => one.name === name);
    const image = readImage(container?.image ?? '');
    return image !== undefined && isImage(image, wanted);
  });

const isImage = (image: ImageName, { repository, tag, digest }: ImageName): boolean => {
  if (image.repository !== repository) return false;
  if (digest !== undefined) return image.digest === digest;
  if (tag === undefined) return true;
  // What names a digest and no tag does not say which tag it was.
  return (image.tag ?? (image.digest === undefined ? DEFAULT_TAG : undefined)) === tag;
};

const readImage = (text: string): ImageName | undefined => {
  const [, path = '', tag, digest] =
    /^([a-zA-Z0-9][a-zA-Z0-9._:/-]*?)(?::([\w][\w.-]{0,127}))?(?:@([a-z0-9]+:[0-9a-fA-F]{32,}))?$/.exec(
      text,
    ) ?? [];
  if (path === '') return undefined;
  const [first = '', ...rest] = path.split('/');
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const registry = hasRegistry ? first.replace(/^index\.docker\.io$/, DEFAULT_REGISTRY) : DEFAULT_REGISTRY;
  const segments = hasRegistry ? rest : [first, ...rest];
  const isOfficial = registry === DEFAULT_REGISTRY && segments.length === 1;
  return {
    repository: [registry, ...(isOfficial ? ['library'] : []), ...segments].join('/'),
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
};
