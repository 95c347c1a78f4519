#!/bin/bash
# curl reports "Out of memory" when a DNS over HTTPS server refuses.
#
# Expected: a host whose name is not resolved is exit code 6, "Couldn't resolve host name", whatever the way.
# Happens: with -4 (one DNS question) and a response code that is not 0 in the answer by --doh-url, curl ends
#   with 27, "Out of memory". -v says "DoH: Bad RCODE" and a TTL of 2147483647 before. With -6, and with both questions, it is 6.
# Versions: curl 7.88.1 (Debian 12), Node.js's HTTPS as the server. Source: measured here.
PACKAGES=(curl=7.88.1-10+deb12u15)
command -v openssl >/dev/null || PACKAGES+=(openssl)

set -euo pipefail
T=$(mktemp -d)
pids=()
trap 'for p in ${pids[@]+"${pids[@]}"}; do kill "$p" 2>/dev/null || true; wait "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

# The pinned packages, and what they need that is not installed, go into $T: the machine keeps its own.
apt-get -qq update
apt-get -qq -y -d --reinstall --allow-downgrades --no-install-recommends -o APT::Sandbox::User=root \
  -o Dir::Cache::Archives="$T/" install "${PACKAGES[@]}" >/dev/null
for deb in "$T"/*.deb; do dpkg -x "$deb" "$T/root"; done
echo "packages: ${PACKAGES[*]}"

node="$(command -v node)"
"$node" -p '"node " + process.versions.node'
export PATH="$T/root/usr/bin:$PATH"
cd "$T"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
  -keyout key.pem -out cert.pem 2>/dev/null
cat >server.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

/** Answers each question with the RCODE that stands in the path. */
const server = createServer({ key: readFileSync('key.pem'), cert: readFileSync('cert.pem') }, (request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const answer = Buffer.concat(parts);
    answer[2] |= 0x80;
    answer[3] = Number(request.url.slice(1));
    response.setHeader('content-type', 'application/dns-message');
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
JS
"$node" server.mjs >port & pids+=($!)
until [ -s port ]; do sleep 0.1; done
code() {
  local rcode=$1; shift
  local status=0
  curl -s "$@" --doh-insecure --doh-url "https://127.0.0.1:$(cat port)/$rcode" http://a.example/ || status=$?
  echo "$status"
}
echo "RCODE 5, -4: exit $(code 5 -4); -6: exit $(code 5 -6); both: exit $(code 5)"
echo "RCODE 3, -4: exit $(code 3 -4); RCODE 2, -4: exit $(code 2 -4)"
[ "$(code 5 -4)" = 27 ] || changed 'a refusal with -4 is not "out of memory"'
[ "$(code 3 -4)" = 27 ] || changed 'NXDOMAIN with -4 is not "out of memory"'
[ "$(code 5)" = 6 ] || changed 'a refusal of both questions is not 6'
echo 'as described'
