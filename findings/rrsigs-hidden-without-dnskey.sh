#!/bin/bash
# Which signed zones do authoritative servers serve without signatures?
#
# Expected: a server gives the RRSIGs and NSECs that the zone file has to whoever sets DO (RFC 4035 section 3.1);
#   what they are worth is for validators to judge.
# Happens: each server has its own idea of "signed". NSD wants an RRSIG over the apex's DNSKEY, BIND a DNSKEY,
#   Knot DNS neither. A zone whose DNSKEYs went first on the way to an unsigned zone, or whose key-signing
#   key's signature has not been merged in yet, comes signed from one secondary and unsigned from another.
#   nsd-checkzone calls each of them "ok", and NSD's log has no word of it.
# Versions: NSD 4.6.1, BIND 9.18.49, Knot DNS 3.2.6 (Debian 12). Source: measured here.
PACKAGES=(nsd=4.6.1-1 bind9=1:9.18.49-1~deb12u3 bind9-utils=1:9.18.49-1~deb12u3 knot=3.2.6-1)

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

cat >"$T/dns.py" <<'PY'
import socket, struct, threading, time

def question(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += 1 + query[at]
    return '.'.join(labels), struct.unpack_from('>H', query, at + 1)[0], at + 5

def response(query, flags, *records):
    head = struct.pack('>HHHHH', 0x8000 | flags | (query[2] & 1) << 8, 1, len(records), 0, 0)
    return query[:2] + head + query[12:question(query)[2]] + b''.join(records)

def record(kind, data):
    return b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 60, len(data)) + data

def ask(name, kind, ident=1):
    labels = b''.join(bytes([len(l)]) + l.encode() for l in name.split('.'))
    return struct.pack('>HHHHHH', ident, 0x100, 1, 0, 0, 0) + labels + b'\0' + struct.pack('>HH', kind, 1)

def ask_udp(port, query, seconds=30, address='127.0.0.1'):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(0.2)
    s.connect((address, port))
    for sent in range(seconds * 5):
        try:
            s.send(query)
            break
        except OSError: time.sleep(0.2)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try: return s.recv(4096)
        except TimeoutError: pass
        except OSError:  # nobody listens yet
            time.sleep(0.2)
            s.send(query)

def ask_ready(port, query):  # a server that is still loading answers SERVFAIL or REFUSED
    for _ in range(150):
        got = ask_udp(port, query)
        if got[3] & 15 in (0, 3): break
        time.sleep(0.2)
    return got

def serve_udp(address, port, answer):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((address, port))
    def loop():
        while True:
            query, client = s.recvfrom(4096)
            out = answer(query)
            if out: s.sendto(out, client)
    threading.Thread(target=loop, daemon=True).start()

def read(s):
    def octets(n):
        got = b''
        while len(got) < n:
            part = s.recv(n - len(got))
            if not part: raise EOFError
            got += part
        return got
    return octets(struct.unpack('>H', octets(2))[0])

def write(s, message):
    s.sendall(struct.pack('>H', len(message)) + message)

def serve_tcp(address, port, answer):
    s = socket.create_server((address, port))
    def connection(c):
        try:
            while True:
                query = read(c)
                threading.Thread(target=lambda q=query: write(c, answer(q)), daemon=True).start()
        except (EOFError, OSError): c.close()
    def loop():
        while True: threading.Thread(target=connection, args=(s.accept()[0],), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()
PY
export PYTHONPATH="$T"

nsd -v 2>&1 | sed -n 1p; named -v; knotd -V
cd "$T"
# whole: as signed; bare: the RRSIG over DNSKEY left out; keyless: the DNSKEY, too.
for zone in whole bare keyless; do
  printf '%s\n' '$TTL 60' '@ SOA ns root 1 3600 600 86400 60' '@ NS ns' 'ns A 192.0.2.53' 'www A 192.0.2.1' >$zone
  key=$(dnssec-keygen -q -K "$T" -a ECDSAP256SHA256 $zone.)
  cat "$key.key" >>$zone
  dnssec-signzone -z -q -o $zone. -O full -e 20400101000000 -f $zone.signed $zone "$key" >/dev/null
done
sed -i '/IN RRSIG\tDNSKEY/d' bare.signed
sed -i '/IN RRSIG\tDNSKEY/d; /IN DNSKEY/d' keyless.signed
grep -c RRSIG ./*.signed
for zone in whole bare keyless; do nsd-checkzone $zone $zone.signed; done
nsd=$(free_port) bind=$(free_port) knot=$(free_port)
cat >nsd.conf <<CONF
server:
  ip-address: 127.0.0.1@$nsd
  username: ""
  zonesdir: "$T"
  database: ""
  pidfile: ""
  xfrdfile: "$T/xfrd"
  xfrdir: "$T"
  zonelistfile: "$T/zone.list"
  logfile: "$T/nsd.log"
remote-control:
  control-enable: no
$(for zone in whole bare keyless; do printf 'zone:\n  name: %s\n  zonefile: %s.signed\n' $zone $zone; done)
CONF
nsd -d -c nsd.conf & pids+=($!)
cat >named.conf <<CONF
options {
  directory "$T"; pid-file none; session-keyfile none; recursion no;
  listen-on port $bind { 127.0.0.1; }; listen-on-v6 { none; };
};
controls { };
$(for zone in whole bare keyless; do echo "zone \"$zone\" { type primary; file \"$zone.signed\"; };"; done)
CONF
named -g -n 1 -c named.conf 2>named.log & pids+=($!)
cat >knot.conf <<CONF
server:
  rundir: "$T"
  pidfile: "$T/knot.pid"
  listen: 127.0.0.1@$knot
log:
  - target: stderr
    any: info
database:
  storage: "$T/knot"
control:
  listen: "$T/knot.sock"
template:
  - id: default
    storage: "$T"
    zonefile-load: whole
    journal-content: none
zone:
$(for zone in whole bare keyless; do printf '  - domain: %s\n    file: %s.signed\n' $zone $zone; done)
CONF
knotd -c knot.conf 2>knot.log & pids+=($!)
cat >run.py <<'PY'
import sys
from dns import *

def with_do(name):
    query = ask(name, 1)
    return query[:10] + b'\0\1' + query[12:] + b'\0' + struct.pack('>HHIH', 41, 1232, 0x8000, 0)

def types(message):
    def skip(at):
        while message[at]:
            if message[at] >= 192: return at + 2
            at += 1 + message[at]
        return at + 1
    at, found = skip(12) + 4, []
    for _ in range(message[7] + message[9]):
        at = skip(at)
        found.append(struct.unpack_from('>H', message, at)[0])
        at += 10 + struct.unpack_from('>H', message, at + 8)[0]
    return found
for server, port in (('NSD', sys.argv[1]), ('BIND', sys.argv[2]), ('Knot DNS', sys.argv[3])):
    for zone in ('whole', 'bare', 'keyless'):
        shown = []
        for name in ('www', 'nobody'):
            got = ask_ready(int(port), with_do(f'{name}.{zone}'))
            shown.append(f'{name} rcode {got[3] & 15}, ' + ('signed' if 46 in types(got) else 'unsigned'))
        print(f'{server}, {zone}:', '; '.join(shown))
PY
python3 run.py "$nsd" "$bind" "$knot" | tee out
diff out - <<'OUT' || changed 'another idea of a signed zone'
NSD, whole: www rcode 0, signed; nobody rcode 3, signed
NSD, bare: www rcode 0, unsigned; nobody rcode 3, unsigned
NSD, keyless: www rcode 0, unsigned; nobody rcode 3, unsigned
BIND, whole: www rcode 0, signed; nobody rcode 3, signed
BIND, bare: www rcode 0, signed; nobody rcode 3, signed
BIND, keyless: www rcode 0, unsigned; nobody rcode 3, unsigned
Knot DNS, whole: www rcode 0, signed; nobody rcode 3, signed
Knot DNS, bare: www rcode 0, signed; nobody rcode 3, signed
Knot DNS, keyless: www rcode 0, signed; nobody rcode 3, signed
OUT
grep -iE 'warn|err|sign' nsd.log && changed 'NSD logs something about it'
echo 'as described'
