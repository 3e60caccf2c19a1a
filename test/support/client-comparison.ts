// Two clients in the same scenes, and where they differ: the cluster's own kubectl, and one of ours.
import { execFile } from 'node:child_process';
import * as fc from 'fast-check';
import * as assert from 'uvu/assert';
import { kubectlPath } from './beside-kubectl.ts';
import { type Scene, scenes } from './client-scenes.ts';
import { renderFlags, type Stage, setStage } from './client-stage.ts';
import { type Traces, trace, type World } from './client-world.ts';

/** What a client has to tell: whether it got an answer, and its words. */
export interface Said {
  readonly isDone: boolean;
  readonly text: string;
}

export type Client = (stage: Stage, world: World) => Promise<Said>;

export interface Compared {
  readonly scene: Scene;
  readonly theirs: Traces & Said;
  readonly ours: Traces & Said;
}

/** Runs a program that can ask nobody anything. */
export const runProgram = (
  [command = '', ...args]: readonly string[],
  { environment }: Stage,
  { folder }: World,
): Promise<Said & { readonly stdout: string }> =>
  new Promise((resolve) => {
    const options = { env: environment, cwd: folder, timeout: 60_000 };
    const child = execFile(command, args, options, (error, stdout, text) =>
      resolve({ isDone: error === null, text, stdout }),
    );
    child.stdin?.end();
  });

/** kubectl as a client that gets one path. */
export const kubectl =
  (path: string): Client =>
  (stage, world) =>
    runProgram([kubectlPath(), 'get', '--raw', path, ...renderFlags(stage.flags)], stage, world);

/** Runs a client in a scene and tells what it left and said. */
export const observe = async (world: World, stage: Stage, client: Client): Promise<Traces & Said> => {
  let said: Said = { isDone: false, text: '' };
  const traces = await trace(world, async () => {
    said = await client(stage, world);
    return said.isDone;
  });
  return { ...traces, text: said.text };
};

/** Runs both in each scene, as many at a time as there are worlds. */
export const compareAll = async (
  worlds: readonly World[],
  all: readonly Scene[],
  theirs: Client,
  ours: Client,
): Promise<Compared[]> => {
  const waiting = [...all];
  const done: Compared[] = [];
  const work = async (world: World): Promise<void> => {
    for (let scene = waiting.shift(); scene !== undefined; scene = waiting.shift()) {
      const stage = setStage(world, scene);
      done.push({
        scene,
        theirs: await observe(world, stage, theirs),
        ours: await observe(world, stage, ours),
      });
    }
  };
  await Promise.all(worlds.map(work));
  return done;
};

/** Compares in `count` scenes that come of a seed; throws where the clients differ. */
export const explore = async (
  worlds: readonly World[],
  { seed, count }: { readonly seed: number; readonly count: number },
  theirs: Client,
  ours: Client,
): Promise<Compared[]> => {
  const compared = await compareAll(worlds, fc.sample(scenes, { seed, numRuns: count }), theirs, ours);
  assertSame(compared, `with seed ${seed}`);
  return compared;
};

/** Throws where the clients differ without meaning to, with the first few scenes. */
export const assertSame = (compared: readonly Compared[], where: string): void => {
  const different = compared.filter((each) => !isMeant(each) && !isEqual(each));
  assert.is(
    different.length,
    0,
    `${where}, ${different.length} of ${compared.length} scenes differ: ${JSON.stringify(different.slice(0, 3), undefined, 1)}`,
  );
};

/** Where we differ and mean to. */
const isMeant = ({ scene: { flags, user }, theirs }: Compared): boolean =>
  // To kubectl a kubeconfig's tokenFile counts more than the flag --token.
  Boolean(flags.token && 'tokenFile' in user) ||
  // With no credentials at all kubectl asks for a password, here where nobody can answer; we try without.
  theirs.text.endsWith('error: EOF\n');

const isEqual = ({ theirs, ours }: Compared): boolean =>
  ours.isDone === theirs.isDone &&
  isSame(ours.calls, theirs.calls) &&
  isSame(ours.plugin, theirs.plugin) &&
  // Where nothing is asked for, we may refuse before connecting what kubectl refuses after; never the other way round.
  (ours.calls.length > 0
    ? isSame(ours.proxied, theirs.proxied)
    : isWithin(ours.proxied, theirs.proxied) && isWithin(ours.touched, theirs.touched));

const isSame = (one: readonly string[], other: readonly string[]): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const isWithin = (part: readonly string[], whole: readonly string[]): boolean =>
  part.every((each) => whole.includes(each));
