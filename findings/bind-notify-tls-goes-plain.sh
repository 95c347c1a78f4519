#!/bin/bash
# BIND: `also-notify { ADDRESS tls NAME; }` sends NOTIFY by plain UDP.
#
# Expected: by TLS, or an error: named-checkconf takes it, as it takes `primaries { ADDRESS tls NAME; }`, which asks
#   by TLS (ARM 9.18, "tls Block Grammar"; RFC 9103 leaves NOTIFY open).
# Happens: without a word a datagram, which has the name of the zone and its serial, goes to the port that is given
#   for TLS; no connection is made. A server that speaks TLS alone there never hears of a change.
# Versions: BIND 9.18.49 (Debian 12). Source: measured here.
PACKAGES=(bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3)

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

# Whom it tells: takes connections and datagrams on one port, and prints what comes within ten seconds.
cat >"$T/told.py" <<'PY'
import select, socket
tcp = socket.socket()
tcp.bind(('127.0.0.1', 0))
tcp.listen()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(tcp.getsockname())
print(tcp.getsockname()[1], flush=True)
ready, _, _ = select.select([tcp, udp], [], [], 10)
if udp in ready:
    octets = udp.recv(4096)
    print('datagram, opcode', octets[2] >> 3 & 15, 'in clear' if b'\x01x\x07example' in octets else 'sealed')
elif tcp in ready: print('connection')
else: print('nothing')
PY
python3 "$T/told.py" >"$T/told" & told=$!; pids+=("$told")
until [ -s "$T/told" ]; do sleep 0.1; done
port=$(cat "$T/told")

printf '@ 60 SOA ns h 1 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\n' >"$T/x.zone"
cat >"$T/named.conf" <<CONF
tls outgoing { };
options {
  directory "$T"; listen-on { none; }; listen-on-v6 { none; };
  pid-file none; session-keyfile none; dnssec-validation no; recursion no; notify explicit; notify-delay 0;
};
controls {};
zone "x.example" { type primary; file "x.zone"; also-notify { 127.0.0.1 port $port tls outgoing; }; };
CONF
named-checkconf "$T/named.conf" && echo 'named-checkconf: takes it'
named -g -4 -n 1 -c "$T/named.conf" >"$T/log" 2>&1 & pids+=($!)
wait "$told"
came=$(tail -n 1 "$T/told")
echo "came: $came"
[ "$came" = 'datagram, opcode 4 in clear' ] || changed 'NOTIFY came otherwise'
