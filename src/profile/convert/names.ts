// Names that the outputs need, from what a file is called; each of a form that its reader takes.
import { SeccompError } from '../../error.ts';
import { quote } from '../document.ts';

/** The name of a Kubernetes object: a DNS subdomain (RFC 1123). */
export const objectName = (given: string): string => {
  const name = given
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .replace(/[.-]*\.[.-]*/g, '.')
    .slice(0, 200)
    .replace(/[^a-z0-9]+$/, '');
  return name === '' ? 'profile' : name;
};

/** The name of a file among the kubelet's profiles, with `.json`; also a key of a ConfigMap. */
export const fileName = (given: string): string => {
  const name = given
    .replace(/\.json$/i, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .slice(0, 200)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '');
  return `${name === '' ? 'profile' : name}.json`;
};

/** Returns a name for an object that the user gave; throws SeccompError `usage` where Kubernetes would refuse it. */
export const parseObjectName = (given: string): string => {
  if (given.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(given))
    return given;
  throw new SeccompError(
    'usage',
    `--name: ${quote(given)} is no name of an object: lower-case letters, digits, "-" and "." in between`,
  );
};
