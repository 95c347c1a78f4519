#!/bin/bash
# One question to Unbound, five to a forwarder that refuses.
#
# Expected: REFUSED is an answer of policy: a forwarder passes it on, or asks the next server once.
# Happens: Unbound asks its only forwarder the same question five times within milliseconds, then answers
#   SERVFAIL; the refusal is not passed on, with `ede: yes` neither. Whoever counts refusals at the upstream
#   sees five per client question (and a rate limit there is reached five times as soon).
# Versions: Unbound 1.17.1 (Debian 12). Source: measured here; RFC 9520 section 3.1 came later and limits such retries.
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

unbound -V | sed -n 1p
up=$(free_port) port=$(free_port)
cat >"$T/unbound.conf" <<CONF
server:
  interface: 127.0.0.1@$port
  do-not-query-localhost: no
  module-config: "iterator"
  username: ""
  chroot: ""
  directory: "$T"
  pidfile: ""
  use-syslog: no
  ede: yes
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@$up
CONF
unbound -d -c "$T/unbound.conf" 2>"$T/unbound.log" & pids+=($!)
cat >"$T/run.py" <<'PY'
import sys, time
from dns import *

asked = []
def answer(query):
    if question(query)[0] == 'www.example': asked.append(time.monotonic())
    return response(query, 0x80 | 5)
serve_udp('127.0.0.1', int(sys.argv[1]), answer)
got = ask_udp(int(sys.argv[2]), ask('www.example', 1))
print('client: rcode', got[3] & 15)
print('questions at the forwarder:', len(asked))
print(f'within {1000 * (asked[-1] - asked[0]):.1f} ms', file=sys.stderr)
PY
python3 "$T/run.py" "$up" "$port" | tee "$T/out"
diff "$T/out" - <<'OUT' || changed 'another number of questions, or another answer'
client: rcode 2
questions at the forwarder: 5
OUT
echo 'as described'
