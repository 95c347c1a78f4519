import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { askTcp, askUdp } from '../world/client.ts';
import { type MessageText, readMessage } from '../world/message-text.ts';
import { toQuery, writeQuery } from '../world/query-text.ts';
import { startNsdWith } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { DIFFERENCES, type PeerName } from './rpz-differences.ts';
import { startBindRpz, startRcode5Rpz, startUnboundRpz } from './rpz-peers.ts';
import { QUERIES } from './rpz-queries.ts';
import { WORLD } from './rpz-world.ts';

/** Milliseconds without an answer that count as a drop. */
const SILENCE_MS = 700;
/** A question that every one of them answers. */
const CONTROL = 'plain.example A';
/** Queries at a time: BIND drops what more than ten clients ask at once. */
const AT_ONCE = 8;

const PEERS: readonly PeerName[] = ['bind', 'unbound'];

/** Who answers the query as we do: both, unless a difference says otherwise. */
function peersOf(text: string): readonly PeerName[] {
  const differences = DIFFERENCES.filter(({ queries }) => queries?.test(text));
  return PEERS.filter((peer) => differences.every(({ agrees }) => agrees.includes(peer)));
}

/** What a query came to with each of the resolvers. */
interface Outcomes {
  readonly bind: string;
  readonly unbound: string;
  readonly ours: string;
}

/** A drop is one again, and others are answered meanwhile. */
async function outcomeOf(port: number, text: string, id: number): Promise<string> {
  const outcome = await askFor(port, text, id);
  return outcome === 'nothing' ? askFor(port, text, id) : outcome;
}

/** `NXDOMAIN` and the answer's records in no order, without TTLs; `nothing` for a drop. */
async function askFor(port: number, text: string, id: number): Promise<string> {
  const query = toQuery(text);
  const to = { address: '127.0.0.1', port, from: query.client ?? '127.0.0.1' };
  const octets = writeQuery(query, id);
  const asked = query.transport === 'tcp' ? askTcp(to, octets) : askUdp(to, octets);
  const stop = new AbortController();
  const silence = setTimeout(SILENCE_MS, undefined, stop)
    .then(() => askUdp({ address: '127.0.0.1', port }, writeQuery(toQuery(CONTROL), id)))
    .then(() => undefined);
  silence.catch(() => {});
  const answer = await Promise.race([asked.catch(() => undefined), silence]);
  stop.abort();
  return answer === undefined ? 'nothing' : show(readMessage(answer));
}

function show({ rcode, flags, answer }: MessageText): string {
  const records = answer.map((record) => record.replace(/ \d+ /, ' ').toLowerCase()).sort();
  return [rcode, ...(/\btc\b/.test(flags) ? ['TC'] : []), ...records].join(' | ');
}

describeWith(['named', 'unbound', 'nsd'], 'policy zones, by us, BIND and Unbound', () => {
  const outcomes: Map<string, Outcomes> = new Map();

  before(async function () {
    // Hundreds of questions to three servers, on a busy machine.
    this.timeout(600_000);
    const world = await startNsdWith(WORLD);
    const servers = await Promise.all([
      startBindRpz(world.port),
      startUnboundRpz(world.port),
      startRcode5Rpz(world.port),
    ]);
    let id = 0;
    const ask = async (text: string) => {
      const asked = servers.map(({ port }) => outcomeOf(port, text, ++id));
      const [bind, unbound, ours] = await Promise.all(asked);
      outcomes.set(text, { bind: bind!, unbound: unbound!, ours: ours! });
    };
    for (let i = 0; i < QUERIES.length; i += AT_ONCE) {
      await Promise.all(QUERIES.slice(i, i + AT_ONCE).map(ask));
    }
    // Who looks a name up for two at once may leave out the signatures: once more, alone.
    for (const text of QUERIES) {
      const found = outcomes.get(text)!;
      if (peersOf(text).some((peer) => found[peer] !== found.ours)) await ask(text);
    }
  });

  after(cleanUp);

  for (const text of QUERIES) {
    const peers = peersOf(text);
    const whom = peers.length === 0 ? 'neither, on purpose,' : peers.join(' and ');
    it(`agrees with ${whom} on ${text}`, () => {
      const found = outcomes.get(text)!;
      for (const peer of peers) expect(found.ours, peer).to.equal(found[peer]);
    });
  }

  for (const { what, queries, agrees, isUnsteady } of DIFFERENCES) {
    if (queries === undefined) continue;
    for (const peer of PEERS) {
      if (agrees.includes(peer) || (isUnsteady === true && peer === 'unbound')) continue;
      it(`differs from ${peer} by ${what}`, () => {
        const asked = QUERIES.filter((text) => queries.test(text)).map(
          (text) => outcomes.get(text)!,
        );
        expect(asked.some((found) => found.ours !== found[peer])).to.equal(true);
      });
    }
  }

  it('asks at least 500 questions, many with DO=1', () => {
    expect(new Set(QUERIES).size).to.be.at.least(500);
    expect(QUERIES.filter((text) => text.endsWith(' with do'))).to.have.length.above(150);
  });

  it('sees every kind of outcome', () => {
    const all = [...outcomes.values()].map(({ ours }) => ours);
    for (const kind of [
      /^NXDOMAIN$/,
      /^NOERROR$/,
      /^nothing$/,
      /TC/,
      /YXDOMAIN/,
      /cname .*garden/,
    ]) {
      expect(
        all.some((one) => kind.test(one)),
        String(kind),
      ).to.equal(true);
    }
  });
});
