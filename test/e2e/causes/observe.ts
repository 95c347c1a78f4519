/** One state seen from both sides: what the record of a refusal says, and what diagnose finds. */

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { UpstreamRefusal } from '../../../src/decision/upstream-refusal.ts';
import type { Visit } from '../../../src/diagnose/situation.ts';
import { visitAll } from '../../../src/diagnose/visit.ts';
import { FrameReader, frame } from '../../../src/transport/frames.ts';
import { parseType } from '../../../src/wire/registry.ts';
import { Flag, message, opt, question, name as wire } from '../../world/messages.ts';
import { type SentQuestion, Stage } from '../../world/stage.ts';
import { NAME } from '../encrypted-peers.ts';
import { askSecured, PATH, type Protocol, secureServer, shown } from './secured.ts';
import type { Asked, State } from './state.ts';

const HOST = '127.0.0.1';
/** Milliseconds for which a server of this host may be silent; on a busy machine, and no doubt. */
export const SILENCE_MS = 700;
export const LONG_SILENCE_MS = 10_000;
/** States at a time: Unbound takes ten connections. */
const AT_ONCE = 3;
/** Questions to a limited server in calm seconds, played milliseconds between them, and in a busy one. */
const CALM = 24;
const CALM_MS = 150;
const BUSY = 150;
/** A timeout that is only played. */
const PLAYED_MS = 5000;
const CLIENT = { address: HOST, port: 40_000 } as const;

/** What clients ask besides: other names, another type, the same with and without RD. */
const TRAFFIC: readonly Asked[] = [
  { name: 'other.example' },
  { name: 'third.example' },
  { name: 'fourth.example', type: 'TXT' },
];

/** What the decision record has of an upstream's refusal. */
export type RecordSays = Pick<
  UpstreamRefusal,
  'verdict' | 'scope' | 'confidence' | 'evidence' | 'aa' | 'ra' | 'tc' | 'ede'
>;

/** Who is asked, from where, and for how long it may be silent. */
interface Place {
  readonly port: number;
  readonly source: string;
  readonly silenceMs: number;
  /** By UDP and TCP without it. */
  readonly over?: Protocol | undefined;
}

/** The forwarder with nothing played but its clock: its questions go to a real server. */
export class Observer {
  readonly #stage: Stage;
  readonly #place: Place;
  #id = 0;
  #isStarted = false;

  constructor(place: Place, probe = 5) {
    const { port, over } = place;
    this.#place = place;
    const server = over === undefined ? `${HOST}:${port}` : secureServer(over, port);
    const trust = over === undefined ? '' : `, ca: ${shown().authority.file}`;
    this.#stage = new Stage(
      `upstreams: { default: { servers: ["${server}"], attempts: 1, probe: ${probe}${trust} } }
acl: { query: { 127.0.0.1: allow }, transfer: { 127.0.0.1: allow }, update: { 127.0.0.1: allow }, notify: { 127.0.0.1: allow } }
cache: { entries: 0 }
`,
      { capacity: 2 * BUSY },
    );
  }

  close(): void {
    this.#stage.close();
  }

  /**
   * Asks for names of a zone, few in each second and then many in one; what the record of the last
   * says, which got no answer or a refusal.
   */
  async press(zone: string): Promise<Partial<RecordSays> | undefined> {
    const stage = this.#stage;
    await this.#start();
    const ask = (name: string) => {
      const octets = message({ id: ++this.#id, flags: Flag.RD, questions: [question(name, 1)] });
      stage.query(octets, { ...CLIENT, transport: 'udp' });
    };
    for (let i = 0; i < CALM; i++) {
      ask(`c${i}.${zone}`);
      await this.#deliverAll();
      stage.now += CALM_MS;
    }
    stage.now += 1000 - (stage.now % 1000);
    for (let i = 0; i < BUSY; i++) ask(`b${i}.${zone}`);
    await this.#deliverAll();
    stage.wait(PLAYED_MS);
    return stage.records.map(pressedOf).findLast((said) => said?.verdict !== undefined);
  }

  /** Asks as a client does; what the record says, if the server refused. */
  async ask(asked: Asked): Promise<RecordSays | undefined> {
    const { name = 'www.example', type = 'A', class: rrClass = 1, opcode = 0, rd = true } = asked;
    const stage = this.#stage;
    await this.#start();
    const before = stage.records.length;
    const type_ = parseType(type)!;
    const isTcp = asked.transport === 'tcp' || type === 'AXFR' || type === 'IXFR';
    const octets = message({
      id: ++this.#id,
      flags: rd ? Flag.RD : 0,
      opcode,
      questions: [question(name, type_, rrClass)],
      // Secondaries and dig send EDNS with a transfer; what is verbatim goes on as it came.
      additionals: type === 'AXFR' || type === 'IXFR' ? [opt()] : [],
    });
    stage.query(octets, { ...CLIENT, transport: isTcp ? 'tcp' : 'udp' });
    await this.#deliverAll();
    if (stage.records.length === before) stage.wait(PLAYED_MS);
    // A moment passes between two questions of a client.
    stage.now += 1;
    const written = stage.records[before] as { upstream?: RecordSays; event?: string } | undefined;
    return written?.event === 'refused' ? written.upstream : undefined;
  }

  /** What a server of ours asks at its start. */
  async #start(): Promise<void> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#stage.engine.probe(this.#stage.now);
    await this.#deliverAll();
  }

  async #deliverAll(): Promise<void> {
    const { asked, checks, probes } = this.#stage;
    while (asked.length + checks.length + probes.length > 0) {
      const sent = [...asked.splice(0), ...checks.splice(0), ...probes.splice(0)];
      await Promise.all(sent.map((one) => this.#deliver(one)));
    }
  }

  async #deliver(sent: SentQuestion): Promise<void> {
    const { over, silenceMs: timeoutMs, ...from } = this.#place;
    if (over !== undefined) {
      const answer = await askSecured(sent.octets, { ...from, protocol: over, timeoutMs });
      this.#stage.now += 1;
      if (typeof answer === 'string') this.#stage.fail(sent, answer);
      else this.#stage.answer(answer, sent);
      return;
    }
    const answer =
      sent.transport === 'tcp'
        ? await this.#overTcp(sent.octets)
        : await this.#overUdp(sent.octets);
    this.#stage.now += 1;
    if (answer === undefined) {
      if (sent.transport === 'tcp') this.#stage.fail(sent, 'connection closed');
      return;
    }
    this.#stage.answer(answer, sent);
  }

  async #overUdp(octets: Uint8Array): Promise<Uint8Array | undefined> {
    const socket = createSocket('udp4');
    try {
      socket.bind(0, this.#place.source);
      await once(socket, 'listening');
      socket.connect(this.#place.port, HOST);
      await once(socket, 'connect');
      socket.send(octets);
      const [answer] = await once(socket, 'message', {
        signal: AbortSignal.timeout(this.#place.silenceMs),
      });
      return answer;
    } catch {
      return undefined;
    } finally {
      socket.close();
    }
  }

  #overTcp(octets: Uint8Array): Promise<Uint8Array | undefined> {
    const frames = new FrameReader();
    const { port, source, silenceMs } = this.#place;
    const socket = connect({ host: HOST, port, localAddress: source });
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.write(frame(octets, octets.length));
    return new Promise<Uint8Array | undefined>((resolve) => {
      socket.on('error', () => resolve(undefined));
      socket.on('close', () => resolve(undefined));
      socket.on('data', (chunk) => frames.push(chunk, (found) => resolve(found.slice())));
    }).finally(() => socket.destroy());
  }
}

/** Observes all states of a server, few at a time, so that no server is pressed. */
export async function observeAll(
  states: readonly State[],
  ports: Readonly<Record<string, number>>,
  silenceMs: number = SILENCE_MS,
): Promise<Map<State, Observed>> {
  const observed = new Map<State, Observed>();
  const waiting = states.values();
  const work = async () => {
    for (const state of waiting) {
      const port = ports[state.at ?? ''] ?? Object.values(ports)[0]!;
      const { source = HOST, over } = state;
      // A handshake takes its time on a busy machine.
      const patience = over === undefined ? silenceMs : 4 * silenceMs;
      observed.set(state, await observe(state, { port, source, silenceMs: patience, over }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return observed;
}

/** Both sides of a state. */
export interface Observed {
  /** The first refusal that is seen of the server. */
  readonly first: RecordSays | undefined;
  /** One after the clients have asked other things, and control questions. */
  readonly later: RecordSays | undefined;
  /** One after control questions, where nobody else asks. */
  readonly probed: RecordSays | undefined;
  readonly visit: Visit;
  /** What is recorded when too much is asked at once. */
  readonly pressed: Partial<RecordSays> | undefined;
}

async function observe(state: State, place: Place): Promise<Observed> {
  const [[first, later], probed, visit] = await Promise.all([
    observeTraffic(state, place),
    observeProbed(state, place),
    visitOf(state, place),
  ]);
  const pressed = await observePressed(state, place);
  return { first, later, probed, visit, pressed };
}

async function observeTraffic(state: State, place: Place) {
  const observer = new Observer(place);
  try {
    const first = await observer.ask(state);
    if (first === undefined) return [undefined, undefined] as const;
    for (const asked of TRAFFIC) await observer.ask(asked);
    await observer.ask({ name: state.name ?? 'www.example', type: 'TXT' });
    await observer.ask({ ...state, name: 'other.example' });
    if (state.rd === false) await observer.ask({ ...state, rd: true });
    return [first, await observer.ask(state)] as const;
  } finally {
    observer.close();
  }
}

/** The cause of a refusal, or of silence, in a record. */
function pressedOf(record: unknown): Partial<RecordSays> | undefined {
  const { upstream, attempts } = record as {
    upstream?: RecordSays;
    attempts?: readonly Partial<RecordSays>[];
  };
  return upstream?.verdict === undefined ? attempts?.at(-1) : upstream;
}

async function observePressed({ pressed }: State, place: Place) {
  if (pressed === undefined) return undefined;
  const observer = new Observer(place, 0);
  try {
    return await observer.press(pressed);
  } finally {
    observer.close();
  }
}

async function observeProbed(state: State, place: Place) {
  const observer = new Observer(place, 60);
  try {
    const first = await observer.ask(state);
    return first === undefined ? undefined : await observer.ask(state);
  } finally {
    observer.close();
  }
}

async function visitOf(state: State, { port, source, silenceMs, over }: Place): Promise<Visit> {
  const { name = 'www.example', type = 'A', burst = false, truth } = state;
  if (truth.diagnosis === 'none') return [];
  const target = { name: wire(name), type: parseType(type)!, burst };
  const path = over === 'doh' ? PATH : '';
  const encryption = over && { encryption: { protocol: over, name: NAME, path } };
  const server = { address: HOST, port, ...encryption };
  const ca = over && shown().authority.certificate;
  const visits = await visitAll(target, [{ server, source, timeoutMs: silenceMs, ca }]);
  return visits[0]!;
}
