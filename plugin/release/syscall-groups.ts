// Makes src/profile/groups.generated.json: systemd's groups of system calls, nested ones resolved, as far as their names
// are in our tables. Run it so: node --import tsx plugin/release/syscall-groups.ts [WORDS...]
// WORDS is how systemd-analyze is called, where not by its name. It needs no running systemd.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SYSCALL_NAMES } from '../../src/profile/syscalls.ts';

const TARGET = fileURLToPath(new URL('../../src/profile/groups.generated.json', import.meta.url));

/** Every call that systemd knows; our own tables say that. */
const WITHOUT = ['@known'];

/** Parses what `systemd-analyze syscall-filter` prints: group → members as they stand there, calls or other groups. */
const parseGroups = (text: string): ReadonlyMap<string, readonly string[]> => {
  const groups = new Map<string, string[]>();
  let members: string[] = [];
  for (const line of text.split('\n')) {
    if (/^#/.test(line)) break;
    const [, group, member] = /^(@[\w-]+)$|^\s+(@?[\w-]+)$/.exec(line) ?? [];
    if (group !== undefined) {
      members = [];
      groups.set(group, members);
    } else if (member !== undefined) members.push(member);
  }
  return groups;
};

const callsOf = (group: string, groups: ReadonlyMap<string, readonly string[]>): readonly string[] =>
  (groups.get(group) ?? []).flatMap((member) =>
    member.startsWith('@') ? callsOf(member, groups) : [member],
  );

const [program = 'systemd-analyze', ...words] = process.argv.slice(2);
const ask = (argument: string): string =>
  execFileSync(program, [...words, argument], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const groups = parseGroups(ask('syscall-filter'));
const resolved = [...groups.keys()]
  .filter((group) => !WITHOUT.includes(group))
  .sort()
  .map((group) => {
    const calls = new Set(callsOf(group, groups));
    return [group, SYSCALL_NAMES.filter((name) => calls.has(name)).join(' ')] as const;
  });
const document = {
  about: 'Groups of system calls: name → its calls, with blanks between them. A call may be in several.',
  from: `${ask('--version').split('\n')[0]}, systemd-analyze syscall-filter, asked by plugin/release/syscall-groups.ts`,
  groups: Object.fromEntries(resolved),
};
writeFileSync(TARGET, `${JSON.stringify(document, null, 2)}\n`);
