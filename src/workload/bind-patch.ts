// From an object and what it shall be to the strategic merge patch between them: what `kubectl patch` sends and
// kustomize takes, and nothing in it that does not change.
import type { ControllerObject, PodTemplate } from './objects.ts';

/** What a patch or a comparison walks through. */
type Json = Readonly<Record<string, unknown>>;

/** Returns an object's pod template: of a CronJob that of its Jobs, of a Pod itself. */
export const templateOf = (object: ControllerObject): PodTemplate => {
  if (isPod(object)) {
    const { metadata, spec } = object as PodTemplate;
    return { ...(metadata && { metadata }), ...(spec && { spec }) };
  }
  return object.spec?.jobTemplate?.spec?.template ?? object.spec?.template ?? {};
};

/** Names where the template stands in an object. */
export const templatePath = (object: ControllerObject): readonly string[] => {
  if (isPod(object)) return [];
  return object.spec?.jobTemplate === undefined
    ? ['spec', 'template']
    : ['spec', 'jobTemplate', 'spec', 'template'];
};

/** Returns the object with another template. */
export const withTemplate = <T extends ControllerObject>(object: T, template: PodTemplate): T =>
  writePath(object as Json, templatePath(object), template as Json) as T;

const isPod = (object: ControllerObject): boolean => (object as { kind?: string }).kind === 'Pod';

const writePath = (owner: Json, [first, ...rest]: readonly string[], value: Json): Json =>
  first === undefined
    ? { ...owner, ...value }
    : { ...owner, [first]: rest.length === 0 ? value : writePath((owner[first] ?? {}) as Json, rest, value) };

/** Lists whose elements the API server finds by their names instead of replacing the whole list. */
const NAMED_LISTS = ['containers', 'initContainers'];

/** Returns the patch; undefined where nothing differs. Removed members are null; other lists are replaced whole. */
export const patchBetween = (before: object, after: object): Json | undefined => {
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [one, other] = [(before as Json)[key], (after as Json)[key]];
    if (isSame(one, other)) continue;
    if (other === undefined) patch[key] = null;
    else if (isObject(one) && isObject(other)) patch[key] = patchBetween(one, other);
    else if (Array.isArray(one) && Array.isArray(other) && NAMED_LISTS.includes(key))
      patch[key] = patchOfNamed(one, other);
    else patch[key] = other;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
};

const patchOfNamed = (before: readonly Json[], after: readonly Json[]): Json[] =>
  after.flatMap((other) => {
    const one = before.find(({ name }) => name === other.name) ?? {};
    const patch = patchBetween(one, other);
    return patch === undefined ? [] : [{ name: other.name, ...patch }];
  });

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tells whether two values are the same JSON, whatever the order of their members. */
export const isSame = (one: unknown, other: unknown): boolean => {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((value, index) => isSame(value, other[index]));
  if (!isObject(one) || !isObject(other)) return false;
  const keys = definedKeys(one);
  return keys.length === definedKeys(other).length && keys.every((key) => isSame(one[key], other[key]));
};

const definedKeys = (value: Json): string[] => Object.keys(value).filter((key) => value[key] !== undefined);
