#!/bin/bash
# dnsperf over HTTPS counts answers that arrive together as lost.
#
# Expected: "Queries lost" are queries that the server did not answer within -t seconds.
# Happens: when several HTTP/2 responses come with one read, dnsperf takes the first DNS message and leaves the
#   rest lying: four questions, four answers, one "completed" and three "lost" at once, not after the
#   timeout, while "HTTP/2 return codes" counts more 200s than there are completed queries. With one
#   question at a time (-q 1) nothing is lost. A quick server behind DoH looks worse than a slow one.
# Versions: dnsperf 2.10.0 (Debian 12), Node.js's HTTP/2 as the server. Source: measured here; DNS-OARC/dnsperf issue 240 (open) has a lone case.
PACKAGES=(dnsperf=2.10.0-2)
command -v openssl >/dev/null || PACKAGES+=(openssl)

set -euo pipefail
T=$(mktemp -d)
pids=()
trap 'for p in ${pids[@]+"${pids[@]}"}; do kill "$p" 2>/dev/null || true; wait "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

# The pinned packages, and what they need that is not installed, go into $T: the machine keeps its own.
command -v python3 >/dev/null || PACKAGES+=(python3)
apt-get -qq update
apt-get -qq -y -d --reinstall --allow-downgrades --no-install-recommends -o APT::Sandbox::User=root \
  -o Dir::Cache::Archives="$T/" install "${PACKAGES[@]}" >/dev/null
for deb in "$T"/*.deb; do dpkg -x "$deb" "$T/root"; done
echo "packages: ${PACKAGES[*]}"

export PATH="$T/root/usr/sbin:$T/root/usr/bin:$T/root/sbin:$PATH"
export LD_LIBRARY_PATH="$T/root/usr/lib/$(uname -m)-linux-gnu"

free_port() { python3 -c 'import socket; t = socket.socket(); t.bind(("127.0.0.1", 0)); print(t.getsockname()[1])'; }

cd "$T"
node="$(command -v node)"
LD_LIBRARY_PATH='' "$node" -p '"node " + process.versions.node'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -keyout key.pem -out cert.pem 2>/dev/null
cat >server.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

/** Holds its answers back until there are so many questions, then sends them together. */
const [port, together] = process.argv.slice(2).map(Number);
const waiting = [];
let answered = 0;
const server = createSecureServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') });
server.on('stream', (stream, headers) => {
  const dns = new URL(headers[':path'], 'https://localhost').searchParams.get('dns');
  const response = Buffer.from(dns, 'base64url');
  response[2] |= 0x80;
  waiting.push({ stream, response });
  if (waiting.length < together) return;
  for (const { stream, response } of waiting.splice(0)) {
    stream.respond({ ':status': 200, 'content-type': 'application/dns-message', 'content-length': response.length });
    stream.end(response);
    answered += 1;
  }
});
server.listen(port, '127.0.0.1', () => console.log('ready'));
process.on('SIGTERM', () => { console.log('answered', answered); process.exit(); });
JS
printf '%s.example A\n' a b c d >questions
for together in 1 4; do
  port=$(free_port)
  LD_LIBRARY_PATH='' "$node" server.mjs "$port" "$together" >"server-$together" & pid=$!; pids+=("$pid")
  until grep -qs ready "server-$together"; do sleep 0.1; done
  dnsperf -m doh -O doh-uri="https://127.0.0.1:$port/dns-query" -s 127.0.0.1 -p "$port" -d questions \
    -n 1 -q "$together" -c 1 -T 1 -t 10 >"dnsperf-$together" 2>&1
  kill "$pid"; wait "$pid" || true
  echo "-q $together: server $(grep answered "server-$together")"
  grep -E 'Queries (completed|lost)|Run time|return codes' "dnsperf-$together"
done
count() { sed -n "s/.*Queries $1: *\([0-9]*\).*/\1/p" "dnsperf-$2"; }
[ "$(cat server-1 server-4 | grep -c 'answered 4')" = 2 ] || changed 'the server did not get four questions'
[ "$(count completed 1)" = 4 ] || changed 'answers one at a time are lost, too'
[ "$(count lost 4)" -gt 0 ] || changed 'answers that arrive together are all counted'
echo 'as described'
