#!/bin/bash
# BIND: one word of the forwarding mode decides whether private reverse names leave the house.
#
# Expected: BIND answers the reverse names of private addresses itself (RFC 6303: "empty zones"), whichever
#   way it forwards; `forward only` against `forward first` is about what happens when forwarders fail.
# Happens: with a global `forward only` no empty zone exists at all: 10.in-addr.arpa goes to the forwarder;
#   with `forward first` BIND answers it itself with NXDOMAIN. `empty-zones-enable yes` (set here) does not bring them back.
# Versions: BIND 9.18.49 (Debian 12). Source: measured here.
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

named -v
cat >"$T/run.py" <<'PY'
import socket, sys
from dns import *

mode, up, port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
asked = []
def answer(query):
    name, kind, _ = question(query)
    asked.append(name)
    return response(query, 0x480, record(12, b'\4host\4corp\7example\0')) if kind == 12 else response(query, 0x480)
serve_udp('127.0.0.1', up, answer)
for name in ('4.3.2.10.in-addr.arpa', '1.0.168.192.in-addr.arpa', '5.113.0.203.in-addr.arpa'):
    got = ask_ready(port, ask(name, 12))
    print(f'{mode}: {name} rcode {got[3] & 15}, forwarder', 'asked' if name in asked else 'not asked')
PY
for mode in 'only' 'first'; do
  up=$(free_port) port=$(free_port)
  cat >"$T/named-$mode.conf" <<CONF
options {
  directory "$T"; pid-file none; session-keyfile none;
  listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };
  dnssec-validation no; recursion yes; empty-zones-enable yes;
  forward $mode; forwarders { 127.0.0.1 port $up; };
};
controls { };
CONF
  named -g -n 1 -c "$T/named-$mode.conf" 2>"$T/named-$mode.log" & pids+=($!)
  python3 "$T/run.py" "forward $mode" "$up" "$port" | tee -a "$T/out"
done
diff "$T/out" - <<'OUT' || changed 'another answers'
forward only: 4.3.2.10.in-addr.arpa rcode 0, forwarder asked
forward only: 1.0.168.192.in-addr.arpa rcode 0, forwarder asked
forward only: 5.113.0.203.in-addr.arpa rcode 0, forwarder asked
forward first: 4.3.2.10.in-addr.arpa rcode 3, forwarder not asked
forward first: 1.0.168.192.in-addr.arpa rcode 3, forwarder not asked
forward first: 5.113.0.203.in-addr.arpa rcode 3, forwarder not asked
OUT
echo 'as described'
