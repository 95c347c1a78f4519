/** The servers that stubs are sent to, each on port 53 of an address of its own. */

const NAME = 'www.example.com';
const OTHER = 'known.example.com';

/** Has the name, and answers for it. */
const ANSWERING = `
acl: { query: { 127.0.0.0/8: allow } }
localRecords: { ${NAME}: { A: 192.0.2.80, AAAA: "2001:db8::80" }, ${OTHER}: 192.0.2.81 }
upstreams: { default: { servers: ["127.0.0.1:1"] } }
`;

/** Has a rule for the name, in front of the server that answers. */
function ruled(rule: string): string {
  return `
acl: { query: { 127.0.0.0/8: allow } }
policies: [{ name: house, rules: { ${NAME}: ${rule} } }]
localRecords: { ${OTHER}: 192.0.2.81 }
upstreams: { default: { servers: [127.0.0.20] } }
`;
}

export const SERVERS = {
  answers: { address: '127.0.0.20', config: ANSWERING },
  'refuses the client': {
    address: '127.0.0.10',
    config: ANSWERING.replace('127.0.0.0/8: allow', '127.0.0.0/8: refuse'),
  },
  'refuses the name': { address: '127.0.0.11', config: ruled('refuse') },
  'truncates for the client': {
    address: '127.0.0.12',
    config: ANSWERING.replace('127.0.0.0/8: allow', '127.0.0.0/8: truncate'),
  },
  'truncates for the name': { address: '127.0.0.13', config: ruled('truncate') },
  'refuses AAAA': {
    address: '127.0.0.14',
    config: ruled('{ action: refuse, types: [AAAA] }'),
  },
  'denies the name': { address: '127.0.0.15', config: ruled('nxdomain') },
  'has no data': { address: '127.0.0.16', config: ruled('nodata') },
} as const;

export type ServerName = keyof typeof SERVERS;

/** A program that resolves the name by these servers. */
export interface StubCase {
  readonly command: readonly string[];
  readonly servers: readonly ServerName[];
  /** Further lines of resolv.conf. */
  readonly options?: string;
}

/** What has come of it. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
  /** `TYPE TRANSPORT` of each question, for each server in the order in which they are listed. */
  readonly asked: readonly (readonly string[])[];
}

/** What the programs ask for. */
export const ASKED_NAME: string = NAME;
/** A name that no rule is about. */
export const KNOWN_NAME: string = OTHER;
