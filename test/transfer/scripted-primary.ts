/** A primary that has a zone, and does with it what a test tells it to. */

import { AXFR, IXFR, soa, ZONE } from '../policy/rpz/transfer/zones.ts';
import { Flag, message, type Octets, question } from '../world/messages.ts';
import { type Question, Upstream } from '../world/upstream.ts';

/** A transfer that was asked for. */
export interface Asked {
  readonly type: number;
  readonly id: number;
  /** Sends one message with these answers. */
  send(answers: readonly Octets[], rcode?: number): void;
  hangUp(): void;
}

export class ScriptedPrimary {
  serial = 5;
  records: readonly Octets[] = [];
  /** What it does instead of sending the zone. */
  transfer: ((asked: Asked) => void) | undefined;
  /** Flags of its answers to questions for the SOA. */
  flags: number = Flag.QR | Flag.AA;
  /** Changes each message before it is sent: signs it, say. */
  sign: (message: Uint8Array, request: Uint8Array) => Uint8Array = (octets) => octets;
  readonly upstream: Upstream;

  private constructor(upstream: Upstream) {
    this.upstream = upstream;
    upstream.script = (asked) => this.#answer(asked);
  }

  static async start(): Promise<ScriptedPrimary> {
    return new ScriptedPrimary(await Upstream.start());
  }

  /** The types of the questions so far, and how they came. */
  get asked(): string[] {
    return this.upstream.asked.map(({ octets, transport }) => `${typeOf(octets)} ${transport}`);
  }

  close(): void {
    this.upstream.close();
  }

  #answer(asked: Question): undefined {
    const type = typeOf(asked.octets);
    const id = asked.octets.readUInt16BE(0);
    const send = (answers: readonly Octets[], rcode = 0) => {
      const flags = type === 6 ? this.flags : Flag.QR | Flag.AA;
      const parts = { id, flags, rcode, questions: [question(ZONE, type)], answers };
      asked.reply(this.sign(message(parts), asked.octets));
    };
    if (type === 6) send([soa(this.serial)]);
    else if (this.transfer !== undefined) this.transfer({ type, id, send, hangUp: asked.hangUp });
    else if (type === AXFR || type === IXFR) {
      send([soa(this.serial), ...this.records, soa(this.serial)]);
    }
    return undefined;
  }
}

/** The type in a question for the zone. */
function typeOf(query: Buffer): number {
  let at = 12;
  while (query[at] !== 0) at += 1 + query[at]!;
  return query.readUInt16BE(at + 1);
}
