#!/bin/bash
# Unbound keeps the actions of rpz-client-ip rules under rpz-action-override.
#
# Expected: "rpz-action-override: always use this RPZ action for matching triggers from this zone" (man unbound.conf):
#   with passthru, which is how a new policy zone is tried out, nobody is answered by the zone.
# Happens: rules on names (www.policy.test) become passthru, rules on clients (127.0.0.1) still answer NXDOMAIN.
# Versions: Unbound 1.17.1 (Debian 12); later releases apply the override to clients too. Source: measured here;
#   man unbound.conf for what is expected.
PACKAGES=(unbound=1.17.1-2+deb12u4)

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

unbound -V | sed -n 1p
up=$(free_port)
cat >"$T/ask.py" <<'PY'
import socket, struct, sys, time

port, up, address, name = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
upstream.bind(('127.0.0.1', up))
upstream.settimeout(0.1)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind((address, 0))
client.settimeout(0.1)
labels = b''.join(bytes([len(l)]) + l.encode() for l in name.split('.'))
query = struct.pack('>HHHHHH', 7, 0x100, 1, 0, 0, 0) + labels + struct.pack('>BHH', 0, 1, 1)
until, isAsked = time.monotonic() + 20, False
sentAt = 0
while time.monotonic() < until:
    if not isAsked and time.monotonic() - sentAt > 1:
        sentAt = time.monotonic()
        try: client.sendto(query, ('127.0.0.1', port))
        except OSError: pass
    try:
        got, whom = upstream.recvfrom(4096)
        isAsked = True
        upstream.sendto(got[:2] + b'\x84\0' + got[4:6] + bytes(6) + got[12:], whom)
    except (TimeoutError, OSError): pass
    try:
        answer = client.recv(4096)
        print({0: 'NOERROR', 2: 'SERVFAIL', 3: 'NXDOMAIN', 5: 'REFUSED'}[answer[3] & 15], 'forwarded' if isAsked else 'by itself')
        sys.exit()
    except (TimeoutError, OSError): pass
print('nothing')
PY
cat >"$T/rpz.zone" <<'ZONE'
$TTL 60
$ORIGIN rpz.test.
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
www.policy.test CNAME .
32.1.0.0.127.rpz-client-ip CNAME .
ZONE

# What an Unbound with these lines in its rpz clause answers to a client for a name.
answers() {
  local port; port=$(free_port)
  cat >"$T/unbound.conf" <<CONF
server:
  interface: 127.0.0.1@$port
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  module-config: "respip iterator"
  local-zone: "test." nodefault
  username: ""
  chroot: ""
  directory: "$T"
  pidfile: ""
  use-syslog: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@$up
rpz:
  name: rpz.test
  zonefile: "rpz.zone"
  $3
CONF
  unbound -d -c "$T/unbound.conf" 2>"$T/unbound.log" & local pid=$!; pids+=("$pid")
  got=$(python3 "$T/ask.py" "$port" "$up" "$1" "$2")
  kill "$pid"; wait "$pid" 2>/dev/null || true
  echo "client $1, $2, ${3:-no override}: $got"
}

answers 127.0.0.2 www.policy.test ''
[ "$got" = 'NXDOMAIN by itself' ] || changed "the rule on the name is not in force: $got"
answers 127.0.0.2 www.policy.test 'rpz-action-override: passthru'
[ "$got" = 'NOERROR forwarded' ] || changed "the rule on the name is not overridden: $got"
answers 127.0.0.1 www.other.test 'rpz-action-override: passthru'
[ "$got" = 'NXDOMAIN by itself' ] || changed "the rule on the client is overridden: $got"
