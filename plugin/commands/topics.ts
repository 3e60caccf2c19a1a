// What `help TOPIC` can say beside the verbs. The texts are loaded when they are asked for.

export interface Topic {
  /** In one line. */
  readonly summary: string;
  /** Loads the text: lines that end in a colon and stand alone are headings; `$0` stands for the program. */
  readonly load: () => Promise<string>;
}

export const topics: Readonly<Record<string, Topic>> = {
  profiles: {
    summary: 'What a profile file may be, where it ends up and how pods name it',
    load: async () => (await import('./topics/profiles.ts')).TEXT,
  },
  rollout: {
    summary: 'How profiles come onto nodes: revisions, waves, a policy file, what may fail',
    load: async () => (await import('./topics/rollout.ts')).TEXT,
  },
  connection: {
    summary: 'How the cluster is reached: credentials, kuberc, and seeing what is sent',
    load: async () => (await import('./topics/connection.ts')).TEXT,
  },
  security: {
    summary: 'What runs on the nodes, what it may do, and which rights you need',
    load: async () => (await import('./topics/security.ts')).TEXT,
  },
};
