// What `check` asks of a cluster, in memory: RuntimeClasses, the API server's age, and the fate of probes.
import type { RuntimeClassSeen, Surroundings } from '../../src/workload/check-ports.ts';
import type { ProbeFate, ProbeRequest, Prober } from '../../src/workload/probe.ts';

export class FakeSurroundings implements Surroundings {
  /** Undefined: they may not be read. */
  classes: ReadonlyMap<string, RuntimeClassSeen> | undefined = new Map();
  areAnnotationsRead = false;

  async readRuntimeClasses(): Promise<ReadonlyMap<string, RuntimeClassSeen> | undefined> {
    return this.classes;
  }

  async readAreAnnotationsRead(): Promise<boolean> {
    return this.areAnnotationsRead;
  }
}

export class FakeProber implements Prober {
  readonly requests: ProbeRequest[] = [];
  /** What becomes of a probe. */
  fate: (request: ProbeRequest) => ProbeFate = () => ({ start: 'started', reason: '', message: '' });

  async probe(request: ProbeRequest): Promise<ProbeFate> {
    this.requests.push(request);
    return this.fate(request);
  }
}
