#!/bin/bash
# BIND: a negated list denies clients that an element before it lets in.
#
# Expected: in an address match list the first element that matches decides (ARM, "Address Match Lists"), so
#   `{ 127.0.0.0/8; !{ 127.0.0.0/8; }; }` lets 127.0.0.1 in by its first element.
# Happens: REFUSED. A nested list that denies nothing is merged into the one around it, where each prefix has one
#   place; the negation turns the prefix around that stands there already. With `!127.0.0.0/8;` in place of the
#   nested list, and with a longer prefix in it, the client is answered. The same with a named list: `!internal;`.
# Versions: BIND 9.18.49 (Debian 12). Source: lib/dns/iptable.c, dns_iptable_merge.
PACKAGES=(bind9=1:9.18.49-1~deb12u3)

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

# Asks for www.x.example from 127.0.0.1 until there is an answer, and prints its rcode.
ask() {
  python3 - "$1" <<'PY'
import socket, sys
query = bytes.fromhex('000100000001000000000000') + b'\x03www\x01x\x07example\0\0\x01\0\x01'
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.3)
for sent in range(100):
    s.sendto(query, ('127.0.0.1', int(sys.argv[1])))
    try:
        print(s.recv(4096)[3] & 15)
        sys.exit(0)
    except OSError: pass
sys.exit(1)
PY
}

printf '@ 60 SOA ns h 1 1 1 1 1\n@ 60 NS ns\nns 60 A 192.0.2.1\nwww 60 A 192.0.2.2\n' >"$T/x.zone"
rcode_with() {
  local port; port=$(free_port)
  cat >"$T/named.conf" <<CONF
options {
  directory "$T"; listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };
  pid-file none; session-keyfile none; dnssec-validation no; recursion no;
  allow-query { $1 };
};
controls {};
zone "x.example" { type primary; file "x.zone"; };
CONF
  named -g -4 -n 1 -c "$T/named.conf" >"$T/log" 2>&1 & local pid=$!
  pids+=("$pid")
  ask "$port"
  kill "$pid"; wait "$pid" 2>/dev/null || true
}

merged=$(rcode_with '127.0.0.0/8; !{ 127.0.0.0/8; };')
plain=$(rcode_with '127.0.0.0/8; !127.0.0.0/8;')
longer=$(rcode_with '127.0.0.0/8; !{ 127.0.0.0/16; };')
echo "127.0.0.0/8; !{ 127.0.0.0/8; };   rcode $merged"
echo "127.0.0.0/8; !127.0.0.0/8;        rcode $plain"
echo "127.0.0.0/8; !{ 127.0.0.0/16; };  rcode $longer"
[[ $merged == 5 && $plain == 0 && $longer == 0 ]] || changed "expected 5, 0 and 0"
