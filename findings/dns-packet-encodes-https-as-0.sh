#!/bin/bash
# dns-packet writes a type that it does not know by name as type 0.
#
# Expected: `type: 'HTTPS'` (RFC 9460, type 65) is encoded, or encode() throws as for a bad address.
# Happens: encode() writes QTYPE 0 without a word, so the server answers a question that nobody asked. The same
#   goes for 'SVCB' and for RFC 3597's own spelling 'TYPE65'. What works is the spelling that its decoder makes
#   up: decoding type 65 gives 'UNKNOWN_65', and 'UNKNOWN_65' is encoded as 65.
# Versions: dns-packet 5.6.1 (npm). Source: measured here; its README lists the types it knows.
MODULES=(dns-packet@5.6.1)

set -euo pipefail
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

npm install --silent --no-audit --no-fund --ignore-scripts --cache "$T/cache" --prefix "$T" "${MODULES[@]}" >/dev/null
cd "$T"
echo "packages: ${MODULES[*]}; node $(node -p process.versions.node)"

cat >"$T/run.mjs" <<'JS'
import dnsPacket from 'dns-packet';

for (const type of ['AAAA', 'HTTPS', 'SVCB', 'TYPE65', 'UNKNOWN_65']) {
  const query = dnsPacket.encode({ type: 'query', id: 1, questions: [{ type, name: 'example.com' }] });
  console.log(`${type} is written as ${query.readUInt16BE(query.length - 4)} and read as ${dnsPacket.decode(query).questions[0].type}`);
}
JS
node run.mjs | tee out
diff out - <<'OUT' || changed 'dns-packet writes other types'
AAAA is written as 28 and read as AAAA
HTTPS is written as 0 and read as UNKNOWN_0
SVCB is written as 0 and read as UNKNOWN_0
TYPE65 is written as 0 and read as UNKNOWN_0
UNKNOWN_65 is written as 65 and read as UNKNOWN_65
OUT
echo 'as described'
