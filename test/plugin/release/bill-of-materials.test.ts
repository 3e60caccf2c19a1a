import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import packageJson from '../../../package.json' with { type: 'json' };
import {
  type BillOfMaterials,
  keepShipped,
  readLockedBill,
  renderBill,
} from '../../../plugin/release/bill-of-materials.ts';

const test = suite('plugin/release/bill-of-materials');

const lock = JSON.parse(readFileSync(new URL('../../../package-lock.json', import.meta.url), 'utf8'));
const lockedVersion = (name: string): string => lock.packages[`node_modules/${name}`].version;
const shipped = ['yargs', 'yaml', 'bun'].map((name) => ({ name, version: lockedVersion(name) }));

let bills: BillOfMaterials[] = [];

test.before(async () => {
  bills = await Promise.all([readLockedBill(), readLockedBill()]);
});

test('of what is locked stays what ships, with its purl, checksum and licence', () => {
  const bill = keepShipped(bills[0]!, shipped);
  assert.equal([bill.bomFormat, bill.specVersion], ['CycloneDX', '1.5']);
  assert.equal(bill.components.map(({ name }) => name).sort(), ['bun', 'yaml', 'yargs']);
  const yaml = bill.components.find(({ name }) => name === 'yaml')!;
  assert.is(yaml.purl, `pkg:npm/yaml@${lockedVersion('yaml')}`);
  const [{ alg, content } = { alg: '', content: '' }] = yaml.hashes as { alg: string; content: string }[];
  const { integrity } = lock.packages['node_modules/yaml'];
  assert.is(alg, 'SHA-512');
  assert.is(`sha512-${Buffer.from(content, 'hex').toString('base64')}`, integrity);
  assert.equal(yaml.licenses, [{ license: { id: 'ISC' } }]);
  assert.equal(
    [bill.metadata.component.name, bill.metadata.component.version],
    ['kubectl-seccomp', packageJson.version],
    'not what the folder of the checkout is called',
  );
});

test('two bills of one lock are the same bytes', () => {
  const [one, other] = bills.map((bill) => renderBill(keepShipped(bill, shipped)));
  assert.is(one, other);
});

const sampleBill: BillOfMaterials = {
  serialNumber: 'urn:uuid:1',
  metadata: {
    timestamp: '2026-01-02T03:04:05Z',
    tools: [{ vendor: 'npm', name: 'cli', version: '11' }],
    component: { 'bom-ref': 'us@1', name: 'us', version: '1' },
  },
  components: [
    { 'bom-ref': 'a@1', name: 'a', version: '1' },
    { 'bom-ref': 'a@2', name: 'a', version: '2' },
    { 'bom-ref': 'tool@1', name: 'tool', version: '1' },
  ],
  dependencies: [
    { ref: 'us@1', dependsOn: ['a@1', 'tool@1'] },
    { ref: 'tool@1', dependsOn: ['a@2'] },
    { ref: 'a@1' },
  ],
};

test('what depends on what is kept among those that stay', () => {
  const { components, dependencies, serialNumber, metadata } = keepShipped(sampleBill, [
    { name: 'a', version: '1' },
  ]);
  assert.equal(
    components.map((one) => one['bom-ref']),
    ['a@1'],
  );
  assert.equal(dependencies, [
    { ref: 'us@1', dependsOn: ['a@1'] },
    { ref: 'a@1', dependsOn: [] },
  ]);
  assert.equal([serialNumber, metadata.timestamp], [undefined, undefined]);
});

test('something that ships and is not locked in that version stops the release', () => {
  assert.throws(() => keepShipped(sampleBill, [{ name: 'a', version: '3' }]), /does not know a@3/);
});

test.run();
