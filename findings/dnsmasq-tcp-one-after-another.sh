#!/bin/bash
# dnsmasq works off one TCP connection's questions one after another.
#
# Expected: questions sent together on one TCP connection are worked on together, and a cached or quick name
#   does not wait for a slow one (RFC 7766 sections 6.2.1.1 and 7 ask servers for that).
# Happens: each connection has a process that reads the next question only when the last has been answered:
#   a question behind a slow name waits for it, and is not even sent to the upstream until then. Over UDP
#   the same two questions overtake each other.
# Versions: dnsmasq 2.90 (Debian 12). Source: measured here.
PACKAGES=(dnsmasq-base=2.90-4~deb12u2)

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

dnsmasq --version | sed -n 1p
cat >"$T/run.py" <<'PY'
import socket, sys, threading, time
from dns import *

up, port = int(sys.argv[1]), int(sys.argv[2])
events = []
def answer(query):
    name = question(query)[0]
    events.append('upstream asked for ' + name)
    if name == 'slow.example': time.sleep(2)
    events.append('upstream answers ' + name)
    return response(query, 0x80, record(1, socket.inet_aton('192.0.2.1')))
# An upstream that answers UDP out of order: a thread for each question.
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(('127.0.0.1', up))
def loop():
    while True:
        query, client = udp.recvfrom(4096)
        threading.Thread(target=lambda q=query, c=client: udp.sendto(answer(q), c), daemon=True).start()
threading.Thread(target=loop, daemon=True).start()
serve_tcp('127.0.0.1', up, answer)
ask_ready(port, ask('ready.example', 1))

def show(title):
    print(title, *events, sep='\n  ')
    events.clear()
events.clear()
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(30)
client.connect(('127.0.0.1', port))
for name in ('slow.example', 'quick.example'): client.send(ask(name, 1))
for _ in range(2): client.recv(4096)
show('by UDP')
client = socket.create_connection(('127.0.0.1', port))
client.settimeout(30)
for name in ('slow.example', 'quick.example'): write(client, ask(name, 1))
for _ in range(2): read(client)
show('by TCP')
PY
up=$(free_port) port=$(free_port)
dnsmasq -k --conf-file=/dev/null --user=root --pid-file= --no-hosts --no-resolv --cache-size=0 \
  --listen-address=127.0.0.1 --bind-interfaces --port="$port" --server="127.0.0.1#$up" 2>"$T/log" & pids+=($!)
python3 "$T/run.py" "$up" "$port" | tee "$T/out"
diff "$T/out" - <<'OUT' || changed 'the order of the questions is another'
by UDP
  upstream asked for slow.example
  upstream asked for quick.example
  upstream answers quick.example
  upstream answers slow.example
by TCP
  upstream asked for slow.example
  upstream answers slow.example
  upstream asked for quick.example
  upstream answers quick.example
OUT
echo 'as described'
