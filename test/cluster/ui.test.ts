// The terminal UI as people use it: the built program in a real terminal, against the real cluster.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suiteThatNeeds } from '../support/requires.ts';
import { attachCluster } from './cluster.ts';
import type { Cluster } from './handle.ts';
import { EXAMPLES, inFolder, mustPlugin, plugin, pluginCommand } from './plugin.ts';
import { poll } from './processes.ts';
import { openTerminal, type Terminal } from './tmux.ts';

const test = suiteThatNeeds('test/cluster/ui', ['cluster', 'tmux']);

const PREFIX = 'kubectl-seccomp.node-restriction.kubernetes.io/';

const labelsOf = async (cluster: Cluster, bundle: string): Promise<(string | undefined)[]> => {
  const { items } = await cluster.getJson<{ items: { metadata: { labels: Record<string, string> } }[] }>([
    'nodes',
  ]);
  return items.map(({ metadata }) => metadata.labels[`${PREFIX}${bundle}`]);
};

const inTerminal = async (
  cluster: Cluster,
  body: (terminal: Terminal, folder: string) => Promise<void>,
): Promise<void> =>
  inFolder(async (folder) => {
    cpSync(EXAMPLES, join(folder, 'shop'), { recursive: true });
    const terminal = await openTerminal(folder, { KUBECONFIG: cluster.kubeconfig, NO_COLOR: '1' });
    try {
      await terminal.type('echo before the UI; stty -g > before', true);
      await terminal.until(/^before the UI$/m);
      await body(terminal, folder);
    } finally {
      await terminal.close();
    }
  });

const open = async (terminal: Terminal, ...args: readonly string[]): Promise<void> =>
  terminal.type(`${pluginCommand(process.env).join(' ')} ui ${args.join(' ')}; echo ended with $?`, true);

/** The terminal must be as it was before: its screen, its modes, its cursor. */
const expectAsBefore = async (terminal: Terminal, folder: string, exitCode: number): Promise<void> => {
  const screen = await terminal.until(new RegExp(`^ended with ${exitCode}$`, 'm'));
  assert.match(screen, /^before the UI$/m);
  assert.is(await terminal.variable('alternate_on'), '0');
  assert.is(await terminal.variable('cursor_flag'), '1');
  await terminal.type('stty -g > after; echo compared', true);
  await terminal.until(/^compared$/m);
  assert.is(readFileSync(join(folder, 'after'), 'utf8'), readFileSync(join(folder, 'before'), 'utf8'));
};

test('browse, filter, apply with a preview, watch it end, roll back, quit; the terminal is as before', async () => {
  const cluster = attachCluster();
  await cluster.reset();
  await inTerminal(cluster, async (terminal, folder) => {
    await open(terminal);
    await terminal.until(/3 nodes, by node/);
    await terminal.press('Down', 'Enter');
    await terminal.until(/fleet › node\/node-2[\s\S]*containerd:/);
    await terminal.press('Escape');
    await terminal.until(/3 nodes, by node/);
    await terminal.type('/node-3', true);
    const filtered = await terminal.until(/^> node-3 /m);
    assert.not.match(filtered, /node-1/);
    await terminal.press('Escape');
    await terminal.until(/node-1/);

    // By the file browser: the folder that it began in holds one of profiles.
    await terminal.type('a');
    await terminal.until(/files\/\.[\s\S]*shop\//);
    await terminal.type('Ga');
    await terminal.until(/^:apply -f \S+\/shop --name shop/m);
    await terminal.press('Enter');
    await terminal.until(/^ {2}kubectl-seccomp apply -f|^ {2}kubectl seccomp apply -f/m);
    const preview = await terminal.until(/node\/node-3 installed \(server dry run\)/);
    assert.match(preview, /Nothing has been sent yet/);
    assert.equal(await labelsOf(cluster, 'shop'), [undefined, undefined, undefined]);
    await terminal.press('Enter');
    await terminal.until(/› rollout[\s\S]* done$/m);
    const [first, ...others] = await labelsOf(cluster, 'shop');
    assert.match(first ?? '', /^[0-9a-f]{16}$/);
    assert.equal(others, [first, first]);

    // What another does meanwhile is seen without asking.
    await terminal.type(':bundle/shop', true);
    await terminal.until(/shop@v1/);
    const file = join(folder, 'shop', 'nginx.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"mkdirat"', '"mkdirat", "chmod"'));
    await mustPlugin(cluster, ['apply', '-f', join(folder, 'shop'), '--name', 'shop']);
    await terminal.until(/shop@v2[\s\S]*nodes: 3 in-sync[\s\S]*nginx\.json.*changed/);

    await terminal.type('jd');
    await terminal.until(/no longer let through[\s\S]*chmod/);
    await terminal.press('Escape');
    await terminal.type('R');
    await terminal.until(/server dry run/);
    await terminal.press('Enter');
    await terminal.until(/^rollback shop .* done$/m);
    await poll('every node has the first content again', async () =>
      (await labelsOf(cluster, 'shop')).every((label) => label === first),
    );

    await terminal.resize(120, 40);
    await terminal.type(':bundle/shop/nginx.json', true);
    // Source and explanation stand side by side where there is room.
    await terminal.until(/│ The profile, on amd64[\s\S]*"defaultAction".*│/);
    await terminal.resize(80, 24);
    await terminal.type('q');
    await expectAsBefore(terminal, folder, 0);
  });
});

test('--read-only shows everything and offers nothing; SIGTERM leaves the terminal as it was', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal, folder) => {
    await open(terminal, 'bundles', '--read-only');
    const screen = await terminal.until(/^bundles .*read-only[\s\S]*BUNDLE/m);
    assert.not.match(screen, /roll back|delete/);
    await terminal.type(':delete shop', true);
    await terminal.until(/this is --read-only/);
    const shell = Number(await terminal.variable('pane_pid'));
    const [program] = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8').trim().split(' ');
    // A screen that became wider is wiped before it is left: tmux would carry its lines over to the shell's.
    await terminal.type(':bundle/shop/nginx.json', true);
    await terminal.resize(120, 24);
    await terminal.until(/│ The profile, on amd64/);
    process.kill(Number(program), 'SIGTERM');
    await expectAsBefore(terminal, folder, 130);
    assert.match(await terminal.screen(), /^\$ echo before the UI; stty/m);
  });
});

test('Ctrl-Z gives the terminal back as it was, and fg brings the UI back', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal, folder) => {
    await open(terminal);
    await terminal.until(/ live$/m);
    await terminal.press('C-z');
    await terminal.until(/Stopped/);
    assert.is(await terminal.variable('alternate_on'), '0');
    await terminal.type('fg', true);
    await terminal.until(/ live$/m);
    await terminal.type(':bundles', true);
    await terminal.until(/^fleet › bundles/m);
    await terminal.type('q');
    await terminal.until(/^before the UI$/m);
    await terminal.type('stty -g > after; echo compared', true);
    await terminal.until(/^(\$ )?compared$/m);
    assert.is(readFileSync(join(folder, 'after'), 'utf8'), readFileSync(join(folder, 'before'), 'utf8'));
  });
});

test('a lost connection is shown, what is known stays, and it is taken up again by itself', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal) => {
    await open(terminal);
    await terminal.until(/ live$/m);
    await cluster.stopApiServer();
    try {
      const screen = await terminal.until(/NOT LIVE$/m);
      assert.match(screen, /node-3/);
    } finally {
      await cluster.restartApiServer();
    }
    await terminal.until(/ live$/m);
    await terminal.type('q');
    await terminal.until(/^ended with 0$/m);
  });
});

test('an API server that is not there at the start is waited for', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal) => {
    await cluster.stopApiServer();
    try {
      await open(terminal);
      await terminal.until(/NOT LIVE$/m);
    } finally {
      await cluster.restartApiServer();
    }
    await terminal.until(/3 nodes, by node[\s\S]*node-3/);
    await terminal.until(/ live$/m);
    await terminal.type('q');
    await terminal.until(/^ended with 0$/m);
  });
});

test('p holds a rollout before the next node for as long as one likes, and p again goes on', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal) => {
    cluster.freezeControllerManager();
    try {
      await open(terminal);
      await terminal.until(/3 nodes, by node/);
      await terminal.type(':apply -f shop --name held --max-in-flight 1', true);
      await terminal.until(/server dry run/);
      await terminal.press('Enter');
      await terminal.until(/R running/);
      await terminal.type('p');
      await terminal.until(/paused: 1 node still at work/);
    } finally {
      cluster.thawControllerManager();
    }
    // What was begun comes to its end.
    await terminal.until(/apply PAUSED[\s\S]*paused: nothing is at work[\s\S]* 1\/3 nodes/);
    assert.is((await labelsOf(cluster, 'held')).filter((label) => label !== undefined).length, 1);
    // Others see that somebody is at work, and wait for it.
    const history = JSON.parse(await mustPlugin(cluster, ['history', 'held', '-o', 'json']));
    assert.is(history.revisions[0].outcome, 'running');
    await terminal.type('p');
    await terminal.until(/^apply .* done$/m);
    assert.ok((await labelsOf(cluster, 'held')).every((label) => label !== undefined));
    await terminal.type('q');
    await terminal.until(/^ended with 0$/m);
  });
});

test('workloads that come and go are seen without asking', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal) => {
    await open(terminal, 'workloads', '-n', 'default');
    await terminal.until(/in namespace default/);
    await cluster.kubectl(['create', 'deployment', 'front', '--image', 'none.invalid/none', '-n', 'default']);
    await terminal.until(/default +deployment\/front +none +none set +1/);
    await cluster.kubectl(['delete', 'deployment', 'front', '-n', 'default']);
    await terminal.until(/No workloads\.|^(?![\s\S]*deployment\/front)[\s\S]*in namespace default/);
    await terminal.type('q');
    await terminal.until(/^ended with 0$/m);
  });
});

test('whoever leaves while a rollout is at work stops it, and it is recorded before the shell is back', async () => {
  const cluster = attachCluster();
  await inTerminal(cluster, async (terminal) => {
    cluster.freezeControllerManager();
    try {
      await open(terminal);
      await terminal.until(/3 nodes, by node/);
      await terminal.type(':apply -f shop --name left', true);
      await terminal.until(/server dry run/);
      await terminal.press('Enter');
      await poll('it is at work', async () => {
        const { items } = await cluster.getJson<{ items: unknown[] }>(['jobs', '-n', 'kubectl-seccomp']);
        return items.length === 3;
      });
      await terminal.type('q');
      await terminal.until(/^stopping kubectl[ -]seccomp apply -f shop --name left$/m);
      await terminal.until(/^ended with \d+$/m);
    } finally {
      cluster.thawControllerManager();
    }
    const history = JSON.parse(await mustPlugin(cluster, ['history', 'left', '-o', 'json']));
    assert.is(history.revisions[0].outcome, 'interrupted');
    const { items } = await cluster.getJson<{ items: unknown[] }>(['jobs', '-n', 'kubectl-seccomp']);
    assert.is(items.length, 0);
  });
});

test('where there is no terminal, it says so and names the verb to use', async () => {
  const cluster = attachCluster();
  const { code, stderr } = await plugin(cluster, ['ui']);
  assert.is(code, 2);
  assert.match(stderr, /needs a terminal[\s\S]*status/);
});

test.run();
