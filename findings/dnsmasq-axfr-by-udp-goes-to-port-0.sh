#!/bin/bash
# dnsmasq lets a zone transfer asked by UDP through, and sends the answer to port 0.
#
# Expected: AXFR is not defined for UDP (RFC 5936 section 4.2), so an authoritative server answers one by UDP with an
#   error, as BIND does with FORMERR, or else with the zone; either way the client knows at once what to do next.
# Happens: to compare the client with the --auth-peer addresses, dnsmasq sets the port in the client's address to
#   zero, and that is the address it then replies to. Linux refuses to send to port 0 (EINVAL), and dnsmasq passes
#   over that error. The log has the transfer as answered and no complaint; the client waits as for a server that is
#   down. The SOA by UDP and the AXFR by TCP are answered. --log-queries=extra gives it away: the client of an
#   answered AXFR has port 0 there (by TCP, too, where it does no harm).
# Versions: dnsmasq 2.90 (Debian 12). Source: measured here; answer_auth in dnsmasq's src/auth.c zeroes the port,
#   send_from in its src/forward.c passes over EINVAL.
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
import errno, socket, sys
from dns import *

SOA, AXFR = 6, 252
port = int(sys.argv[1])
def answers(got): return f'rcode {got[3] & 15}, records: {got[7]}'
ask_ready(port, ask('zone.example', SOA))

# dnsmasq works off UDP in order: the answer to the AXFR would be here before the SOA that was asked behind it.
by_udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
by_udp.settimeout(30)
by_udp.connect(('127.0.0.1', port))
by_udp.send(ask('zone.example', AXFR, 2))
by_udp.send(ask('zone.example', SOA, 3))
got = {}
while 3 not in got:
    message = by_udp.recv(4096)
    got[message[1]] = message
print('SOA by UDP:', answers(got[3]))
by_udp.settimeout(2)
try: print('AXFR by UDP:', answers(got[2] if 2 in got else by_udp.recv(4096)))
except TimeoutError: print('AXFR by UDP: nothing')

by_tcp = socket.create_connection(('127.0.0.1', port))
by_tcp.settimeout(30)
write(by_tcp, ask('zone.example', AXFR, 4))
print('AXFR by TCP:', answers(read(by_tcp)))

try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'any', ('127.0.0.1', 0))
    print('Linux, sending to port 0: sent')
except OSError as error: print('Linux, sending to port 0:', errno.errorcode[error.errno])
PY
port=$(free_port)
dnsmasq -k --conf-file=/dev/null --user=root --pid-file= --no-hosts --no-resolv --cache-size=0 \
  --listen-address=127.0.0.1 --bind-interfaces --port="$port" \
  --auth-server=ns.zone.example,127.0.0.1 --auth-zone=zone.example --auth-peer=127.0.0.1 \
  --host-record=www.zone.example,192.0.2.1 --log-queries=extra --log-facility=- 2>"$T/log" & pids+=($!)
{
  python3 "$T/run.py" "$port"
  echo "in dnsmasq's log, PORT for any but 0:"
  sed -nE 's/^.*: [0-9]+ (127\.0\.0\.1\/[0-9]+ auth.*AXFR.*)$/\1/p' "$T/log" | sed -E 's/\/[1-9][0-9]*/\/PORT/' | uniq
  echo "complaints in the log: $(grep -ciE 'failed|ignoring|invalid' "$T/log")"
} | tee "$T/out"
diff "$T/out" - <<'OUT' || changed 'the zone transfer ends in another way'
SOA by UDP: rcode 0, records: 1
AXFR by UDP: nothing
AXFR by TCP: rcode 0, records: 4
Linux, sending to port 0: EINVAL
in dnsmasq's log, PORT for any but 0:
127.0.0.1/PORT auth[AXFR] zone.example from 127.0.0.1
127.0.0.1/0 auth zone.example is <AXFR>
127.0.0.1/PORT auth[AXFR] zone.example from 127.0.0.1
127.0.0.1/0 auth zone.example is <AXFR>
complaints in the log: 0
OUT
echo 'as described'
