/** Upstreams for the demo, inside this process, served by dns2. */

import { createUDPServer, type DnsHandler, Packet } from 'dns2';
import { Ede } from '../../wire/registry.ts';

export interface DemoUpstream {
  readonly port: number;
  close(): void;
}

export const DEMO_ZONE = 'corp.example';
/** A name whose address is not that of the others. */
export const PARKED_NAME = 'parked.example.com';

/** Answers every name with an address, as a recursive resolver would. */
export const recursive: DnsHandler = (request, send) => {
  const response = Packet.createResponseFromRequest(request);
  response.header.ra = 1;
  for (const { name } of request.questions) response.answers.push(addressOf(name));
  void send(response);
};

/** Answers for its own zone and refuses to recurse, as an authoritative-only server does. */
export const authoritativeOnly: DnsHandler = (request, send) => {
  const name = request.questions[0]?.name ?? '';
  // In whatever case it was sent.
  const lower = name.toLowerCase();
  if (lower !== DEMO_ZONE && !lower.endsWith(`.${DEMO_ZONE}`)) {
    const ede = { infoCode: Ede.NOT_AUTHORITATIVE };
    void send(Packet.createErrorResponseFromRequest(request, Packet.RCODE.REFUSED, ede));
    return;
  }
  const response = Packet.createResponseFromRequest(request);
  response.header.aa = 1;
  response.answers.push(addressOf(name));
  void send(response);
};

/** Refuses every name by a policy of its own. */
export const policing: DnsHandler = (request, send) => {
  const ede = { infoCode: Ede.BLOCKED, extraText: 'category: demonstration' };
  const response = Packet.createErrorResponseFromRequest(request, Packet.RCODE.REFUSED, ede);
  response.header.ra = 1;
  void send(response);
};

/** Serves on a free port of 127.0.0.1. */
export async function startDemoUpstream(handler: DnsHandler): Promise<DemoUpstream> {
  const server = createUDPServer(handler);
  await server.listen(0, '127.0.0.1');
  return { port: server.address().port, close: () => server.close() };
}

function addressOf(name: string): Packet['answers'][number] {
  return Packet.createResourceFromQuestion(
    { name, type: Packet.TYPE.A, class: Packet.CLASS.IN } as Packet['questions'][number],
    { address: name.toLowerCase() === PARKED_NAME ? '192.0.2.66' : '192.0.2.80', ttl: 300 },
  );
}
