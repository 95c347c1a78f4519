import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { API_FILE, REQUESTS } from '../../../scripts/reference/openapi.ts';
import { askUdp } from '../../world/client.ts';
import { Flag, message, question } from '../../world/messages.ts';
import { forwardTo, ServedSite } from '../../world/served-site.ts';

const API = JSON.parse(readFileSync(API_FILE, 'utf8'));
const SITE = `${forwardTo('127.0.0.1:9')}
clientGroups: { office: [10.0.0.0/8] }
policies:
  - name: house
    rules: { bad.example: { action: refuse, owner: secops, reason: SEC-7, expires: 2099-12-31 } }
`;
const ajv = new Ajv2020({ strict: false });
const DEFINITIONS = JSON.parse(
  JSON.stringify(API.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
);

/** What is not like the schema of this name. */
function faultsOf(name: string, value: unknown): string {
  const validate = ajv.compile({ $ref: `#/$defs/${name}`, $defs: DEFINITIONS });
  return validate(value) ? '' : ajv.errorsText(validate.errors);
}

describe('docs/openapi.json', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    await site.start(SITE);
    for (const from of ['127.0.0.1', '127.0.0.2']) {
      const octets = message({ flags: Flag.RD, questions: [question('bad.example')] });
      await askUdp(site.target(from), octets);
    }
  });
  after(() => site.close());

  it('is OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(API));
    expect(errors).to.equal(undefined);
    expect(valid).to.equal(true);
  });

  it('has each request that the server answers, and no other', async () => {
    const { body } = await site.http('/nothing');
    const known = body
      .slice(body.indexOf('expect ') + 'expect '.length)
      .trim()
      .split(', ');
    const ours = known.filter((key) => key.includes(' /api/v1/'));
    expect(ours).to.have.members(Object.keys(REQUESTS));
  });

  const queries: Readonly<Record<string, string>> = {
    'GET /api/v1/explain': '?client=127.0.0.1&name=bad.example',
    'GET /api/v1/client-names': '?addresses=127.0.0.1',
  };
  const bodies: Readonly<Record<string, string>> = {
    'POST /api/v1/pauses': '{"client":"127.0.0.1","policy":"house"}',
    'POST /api/v1/flush': '{"name":"bad.example"}',
    'POST /api/v1/candidate': `${SITE.replace('refuse', 'drop')}`,
  };
  for (const [key, { answer }] of Object.entries(REQUESTS)) {
    if (answer === undefined || key.includes('{id}') || key === 'POST /api/v1/session') continue;
    it(`describes what ${key} answers`, async () => {
      const [method = '', path = ''] = key.split(' ');
      const ref = String(site.records()[0]!.ref);
      const target = path.replace('{ref}', ref) + (queries[key] ?? '');
      const body = bodies[key];
      const reply = await site.http(target, { method, ...(body !== undefined && { body }) });
      expect(reply.status).to.equal(200);
      expect(faultsOf(answer, JSON.parse(reply.body))).to.equal('');
    });
  }

  it('would see an answer of another kind', () => {
    expect(faultsOf('DecisionsPage', { decisions: [{}] })).to.not.equal('');
    expect(faultsOf('Session', { login: 'yes' })).to.not.equal('');
  });

  it('describes failures', async () => {
    const reply = await site.http('/api/v1/decisions?limit=x');
    expect(faultsOf('Failure', JSON.parse(reply.body))).to.equal('');
  });
});
