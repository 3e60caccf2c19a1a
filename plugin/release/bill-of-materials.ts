// What others made and a release contains, as a CycloneDX bill of materials: npm writes it from the lock, and of it
// stays what was bundled. The same checkout gives the same bytes: no time, no random serial number.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Package } from './notices.ts';
import { PLUGIN_NAME } from './targets.ts';

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));
const execute = promisify(execFile);

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

/** The fields of CycloneDX 1.5 that are read here. */
export interface BillOfMaterials {
  readonly metadata: { readonly component: Component; readonly [field: string]: unknown };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly [field: string]: unknown;
}

type Shipped = Pick<Package, 'name' | 'version'>;

/** Has npm list everything that package-lock.json locks. */
export const readLockedBill = async (): Promise<BillOfMaterials> => {
  const { stdout } = await execute(
    'npm',
    ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'],
    { cwd: CHECKOUT, maxBuffer: 1 << 26 },
  );
  return JSON.parse(stdout) as BillOfMaterials;
};

/** Keeps what ships; throws where something ships that the lock does not know. */
export const keepShipped = (
  { serialNumber: _serial, metadata, components, dependencies, ...bill }: BillOfMaterials,
  shipped: readonly Shipped[],
): BillOfMaterials => {
  const keys = new Set(shipped.map(({ name, version }) => `${name}@${version}`));
  const kept = components.filter(({ name, version }) => keys.has(`${name}@${version}`));
  const known = new Set(kept.map(({ name, version }) => `${name}@${version}`));
  const unknown = [...keys].filter((key) => !known.has(key));
  if (unknown.length > 0)
    throw new Error(
      `package-lock.json does not know ${unknown.join(', ')}: run npm install, commit the lock`,
    );
  const { timestamp: _timestamp, tools: _tools, ...about } = metadata;
  const root = metadata.component['bom-ref'];
  const refs = new Set([root, ...kept.map((one) => one['bom-ref'])]);
  return {
    ...bill,
    // npm's own version, and the checkout's folder that it takes for our name, differ from machine to machine.
    metadata: {
      ...about,
      component: { ...metadata.component, name: PLUGIN_NAME },
      tools: [{ vendor: 'npm', name: 'cli' }],
    },
    components: kept,
    dependencies: dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
  };
};

/** Renders the file. */
export const renderBill = (bill: BillOfMaterials): string => `${JSON.stringify(bill, null, 2)}\n`;
