// Profiles that are kept in a cluster as objects, as its older operators have them. `plugin/cluster/profile-objects.ts`
// reads them.

/** A ConfigMap with the annotation by which the Seccomp Operator of 2020 took each of its keys for a profile. */
export interface ProfileConfigMap {
  readonly namespace: string;
  readonly name: string;
  /** By key, text and binary alike; sorted. */
  readonly entries: readonly { readonly key: string; readonly content: Uint8Array }[];
}

/** A SeccompProfile of the Security Profiles Operator. */
export interface ProfileObject {
  /** Absent where the cluster's SeccompProfiles have none: since version 0.9 of that operator. */
  readonly namespace?: string;
  readonly name: string;
  /** The whole object in indented JSON, as the API server writes it: numbers keep all their digits. */
  readonly content: Uint8Array;
}

export interface ProfileObjects {
  /** Reads the annotated ConfigMaps of a namespace, or of all; sorted. */
  readConfigMaps(namespace?: string): Promise<readonly ProfileConfigMap[]>;
  /** Reads the SeccompProfiles of a namespace, or of all; sorted. Throws `api` where the cluster knows no such kind. */
  readSeccompProfiles(namespace?: string): Promise<readonly ProfileObject[]>;
}
