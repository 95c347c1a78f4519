#!/bin/bash
# Two forward rules, one name: whose is the DS of the cut?
#
# Expected: a rule "corp.example and below goes to server A" takes every question for corp.example to A.
# Happens: Unbound (forward-zone) and BIND (zone of type forward) send the DS of corp.example itself to the
#   parent's server, because a DS belongs to the parent's side of the cut (RFC 4035 section 3.1.4.1);
#   dnsmasq (server=/corp.example/) sends it to the child's server, which
#   cannot have it. The A record goes to the child's server at all three.
# Versions: dnsmasq 2.90, Unbound 1.17.1, BIND 9.18.49 (Debian 12). Source: measured here.
PACKAGES=(dnsmasq-base=2.90-4~deb12u2 unbound=1.17.1-2+deb12u4 bind9=1:9.18.49-1~deb12u3)

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

dnsmasq --version | sed -n 1p; unbound -V | sed -n 1p; named -v
parent=$(free_port) child=$(free_port) dnsmasq=$(free_port) unbound=$(free_port) bind=$(free_port)
dnsmasq -k --conf-file=/dev/null --user=root --pid-file= --no-hosts --no-resolv --cache-size=0 \
  --listen-address=127.0.0.1 --bind-interfaces --port="$dnsmasq" \
  --server="127.0.0.1#$parent" --server="/corp.example/127.0.0.1#$child" 2>"$T/dnsmasq.log" & pids+=($!)
cat >"$T/unbound.conf" <<CONF
server:
  interface: 127.0.0.1@$unbound
  do-not-query-localhost: no
  module-config: "iterator"
  username: ""
  chroot: ""
  directory: "$T"
  pidfile: ""
  use-syslog: no
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@$parent
forward-zone:
  name: "corp.example"
  forward-addr: 127.0.0.1@$child
CONF
unbound -d -c "$T/unbound.conf" 2>"$T/unbound.log" & pids+=($!)
cat >"$T/named.conf" <<CONF
options {
  directory "$T"; pid-file none; session-keyfile none;
  listen-on port $bind { 127.0.0.1; }; listen-on-v6 { none; };
  dnssec-validation no; recursion yes;
  forward only; forwarders { 127.0.0.1 port $parent; };
};
controls { };
zone "corp.example" { type forward; forward only; forwarders { 127.0.0.1 port $child; }; };
CONF
named -g -n 1 -c "$T/named.conf" 2>"$T/named.log" & pids+=($!)
cat >"$T/run.py" <<'PY'
import socket, sys
from dns import *

parent, child = map(int, sys.argv[1:3])
asked = []
def serve(side, port):
    def answer(query):
        name, kind, _ = question(query)
        if name == 'corp.example': asked.append((kind, side))
        if kind == 1: return response(query, 0x480, record(1, socket.inet_aton('192.0.2.1')))
        if kind == 43: return response(query, 0x480, record(43, struct.pack('>HBB', 1, 13, 2) + bytes(32)))
        return response(query, 0x480)
    serve_udp('127.0.0.1', port, answer)
serve('parent', parent)
serve('child', child)
for server, port in zip(('dnsmasq', 'Unbound', 'BIND'), map(int, sys.argv[3:])):
    for name, kind in (('A', 1), ('DS', 43)):
        got = ask_ready(port, ask('corp.example', kind))
        sides = sorted({side for k, side in asked if k == kind})
        print(f'{server}: {name} of corp.example asked of the {" and the ".join(sides)}; rcode {got[3] & 15}')
    asked.clear()
PY
python3 "$T/run.py" "$parent" "$child" "$dnsmasq" "$unbound" "$bind" | tee "$T/out"
diff "$T/out" - <<'OUT' || changed 'another side is asked'
dnsmasq: A of corp.example asked of the child; rcode 0
dnsmasq: DS of corp.example asked of the child; rcode 0
Unbound: A of corp.example asked of the child; rcode 0
Unbound: DS of corp.example asked of the parent; rcode 0
BIND: A of corp.example asked of the child; rcode 0
BIND: DS of corp.example asked of the parent; rcode 0
OUT
echo 'as described'
