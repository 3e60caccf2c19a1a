// Entry of a program that tests kill: one request on a real folder, killed by SIGKILL before its n-th disk call.
// Arguments: folder, request, bundle's file, number of the call (0: never; then the number of calls is printed).
import { readFileSync } from 'node:fs';
import { runRequest } from '../../bootstrap/run.ts';
import { siteOf } from '../../bootstrap/run-on-folder.ts';
import type { Request } from '../../src/protocol/request.ts';
import { tappedDisk } from './tapped-disk.ts';

const [root = '', request = '', bundle = '', lastCall = '0'] = process.argv.slice(2);
let calls = 0;

const main = async (): Promise<void> => {
  const site = await siteOf(root);
  const disk = tappedDisk(site.disk, () => {
    calls++;
    if (calls === Number(lastCall)) process.kill(process.pid, 'SIGKILL');
    return 'go';
  });
  const facts = { architecture: site.architecture, kernel: '' };
  const report = await runRequest(
    { ...site, disk },
    JSON.parse(request) as Request,
    facts,
    async function* () {
      yield readFileSync(bundle);
    },
  );
  process.stdout.write(JSON.stringify({ calls, outcome: report.outcome, error: report.error }));
};

void main();
