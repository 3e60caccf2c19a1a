// `npm run demo`: the built command line on the example profiles, in a temporary folder, without a cluster. Every
// command is printed before its output; an exit code that was not expected ends the demo with 1.
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPlugin } from './build.ts';

const EXAMPLES = fileURLToPath(new URL('../../test/fixtures/profiles/example/', import.meta.url));
const ROOT = 'seccomp';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const explain = (text: string): void => say(`\n# ${text}`);

interface Demo {
  /** Working folder: holds `profiles/` and the seccomp root. */
  readonly folder: string;
  readonly program: string;
}

const run = ({ folder, program }: Demo, args: string, expectedCode = 0): void => {
  say(`$ kubectl seccomp ${args}`);
  const { status } = spawnSync(process.execPath, [program, ...args.split(' ')], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) say(`(exit code ${status})`);
  if (status !== expectedCode) throw new Error(`exit code ${status} where ${expectedCode} was expected`);
};

const list = async ({ folder }: Demo): Promise<void> => {
  say(`$ ls -A ${ROOT}`);
  for (const entry of await readdir(join(folder, ROOT), { withFileTypes: true })) {
    const target = entry.isSymbolicLink() ? ` -> ${await readlink(join(folder, ROOT, entry.name))}` : '';
    say(entry.name + target);
  }
};

const show = async (demo: Demo): Promise<void> => {
  const { folder } = demo;
  explain(
    'Profiles are checked, packed and put where a kubelet looks for them: here, a folder instead of nodes.',
  );
  run(demo, `apply -f profiles/ --name web --root ${ROOT}`);
  await list(demo);

  explain('Applying again changes nothing.');
  run(demo, `apply -f profiles/ --name web --root ${ROOT} --quiet`);

  explain('Somebody edits a profile on the disk. verify finds it, and apply puts it right.');
  say(`$ echo '{"defaultAction": "SCMP_ACT_ALLOW"}' > ${ROOT}/web/nginx.json`);
  await writeFile(join(folder, ROOT, 'web/nginx.json'), '{"defaultAction": "SCMP_ACT_ALLOW"}\n');
  run(demo, `verify web --root ${ROOT}`, 1);
  run(demo, `apply -f profiles/ --name web --root ${ROOT} --quiet`);
  run(demo, `verify web --root ${ROOT}`);

  explain('A mistake is found before anything is touched.');
  const original = await readFile(join(folder, 'profiles/nginx.json'), 'utf8');
  say(`$ sed -i 's/SCMP_ACT_ALLOW/SCMP_ACT_ALOW/' profiles/nginx.json`);
  await writeFile(join(folder, 'profiles/nginx.json'), original.replace('SCMP_ACT_ALLOW', 'SCMP_ACT_ALOW'));
  run(demo, `apply -f profiles/ --name web --root ${ROOT}`, 1);

  explain(
    'An update becomes a new generation; the link is swapped, and the old one stays for pods that pin it.',
  );
  say(`$ sed -i 's/SCMP_ACT_ALOW/SCMP_ACT_LOG/' profiles/nginx.json`);
  await writeFile(join(folder, 'profiles/nginx.json'), original.replace('SCMP_ACT_ALLOW', 'SCMP_ACT_LOG'));
  run(demo, `apply -f profiles/ --name web --root ${ROOT} --quiet`);
  run(demo, `status --root ${ROOT}`);
  await list(demo);

  explain('delete leaves nothing behind.');
  run(demo, `delete web --root ${ROOT} --yes`);
  await list(demo);
};

const main = async (): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-seccomp-demo-'));
  try {
    await buildPlugin(join(folder, 'plugin'));
    await cp(EXAMPLES, join(folder, 'profiles'), { recursive: true });
    await show({ folder, program: join(folder, 'plugin', 'kubectl-seccomp.js') });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

await main();
