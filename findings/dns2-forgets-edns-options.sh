#!/bin/bash
# dns2 drops every EDNS option but the client subnet when a message is parsed and written again.
#
# Expected: Packet.parse(query).toBuffer() is the query again, as for a proxy that changes one field; an option
#   that the library does not know stays as it is (RFC 6891 section 6.1.2: options are code, length and data).
# Happens: the OPT record comes back with the same payload size and DO bit, but without COOKIE (RFC 7873),
#   NSID (RFC 5001) and padding (RFC 7830): RDLENGTH 0. CLIENT-SUBNET stays. A client whose cookie the proxy
#   loses on the way gets no cookie back, and `errors` of the packet is empty.
# Versions: dns2 3.1.1, dns-packet 5.6.1 to build the query (npm). Source: measured here.
MODULES=(dns2@3.1.1 dns-packet@5.6.1)

set -euo pipefail
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

npm install --silent --no-audit --no-fund --ignore-scripts --cache "$T/cache" --prefix "$T" "${MODULES[@]}" >/dev/null
cd "$T"
echo "packages: ${MODULES[*]}; node $(node -p process.versions.node)"

cat >"$T/run.cjs" <<'JS'
const { Packet } = require('dns2');
const dnsPacket = require('dns-packet');

const options = {
  COOKIE: { code: 10, data: Buffer.from('0011223344556677', 'hex') },
  NSID: { code: 3, data: Buffer.alloc(0) },
  PADDING: { code: 12, data: Buffer.alloc(16) },
  'CLIENT-SUBNET': { code: 8, data: Buffer.from('00011800c00002', 'hex') },
};
for (const [name, option] of Object.entries(options)) {
  const query = dnsPacket.encode({
    type: 'query', id: 7, flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: 'A', name: 'example.com' }],
    additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: dnsPacket.DNSSEC_OK, options: [option] }],
  });
  const parsed = Packet.parse(query);
  const again = parsed.toBuffer();
  const opt = dnsPacket.decode(again).additionals[0];
  console.log(`${name}: ${query.length} octets in, ${again.length} out, size ${opt.udpPayloadSize}, DO ${opt.flag_do}, options ${opt.options.map((o) => o.code)}; errors ${parsed.errors.length}`);
}
JS
node run.cjs | tee out
diff out - <<'OUT' || changed 'dns2 keeps other options'
COOKIE: 52 octets in, 40 out, size 1232, DO true, options ; errors 0
NSID: 44 octets in, 40 out, size 1232, DO true, options ; errors 0
PADDING: 60 octets in, 40 out, size 1232, DO true, options ; errors 0
CLIENT-SUBNET: 51 octets in, 51 out, size 1232, DO true, options 8; errors 0
OUT
echo 'as described'
