#!/bin/bash
# host and nslookup: the RA bit of a refusal decides whether the second nameserver is asked.
#
# Expected: REFUSED ends the search or sends the tool on to resolv.conf's next nameserver, one or the other;
#   RA says whether recursion is offered (RFC 1035 section 4.1.1) and has no part in that.
# Happens: on REFUSED with RA=0 both go on to the next server and print its answer; on REFUSED with RA=1 both
#   stop and report REFUSED, with the second server never asked. A server that refuses and sets RA keeps them.
#   (dig stops in both cases.)
# Versions: bind9-host and bind9-dnsutils 9.18.49 (Debian 12). Source: measured here.
PACKAGES=(bind9-host=1:9.18.49-1~deb12u3 bind9-dnsutils=1:9.18.49-1~deb12u3)

set -euo pipefail
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

# The pinned packages with all that they need go into $T/root: a small system of its own for chroot,
# with its own resolv.conf and libc. Python is the machine's, or comes into $T/python.
mkdir -p "$T/root/etc" "$T/cache/partial"
apt-get -qq update
fetch() {
  apt-get -qq -y -d --allow-downgrades --no-install-recommends -o APT::Sandbox::User=root -o Dir::Cache::Archives="$T/cache/" "$@" >/dev/null
}
command -v python3 >/dev/null || {
  fetch --reinstall install python3
  for deb in "$T"/cache/*.deb; do dpkg -x "$deb" "$T/python"; done
  export PATH="$T/python/usr/bin:$PATH" LD_LIBRARY_PATH="$T/python/usr/lib/$(uname -m)-linux-gnu"
}
fetch -o Dir::State::status=/dev/null install "${PACKAGES[@]}"
for deb in "$T"/cache/*.deb; do dpkg -x "$deb" "$T/root"; done
echo 'hosts: dns' >"$T/root/etc/nsswitch.conf"
net=127.$((RANDOM % 200 + 20)).$((RANDOM % 250))
echo "packages: ${PACKAGES[*]}"

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

printf 'nameserver %s.1\nnameserver %s.2\n' "$net" "$net" >"$T/root/etc/resolv.conf"
cat >"$T/run.py" <<'PY'
import socket, subprocess, sys
from dns import *

root, net = sys.argv[1:]
refusal, asked = 0x80 | 5, []
def refuse(query):
    asked.append('first')
    return response(query, refusal)
def answer(query):
    asked.append('second')
    return response(query, 0x80, record(1, socket.inet_aton('192.0.2.1')))
serve_udp(net + '.1', 53, refuse)
serve_udp(net + '.2', 53, answer)
for ra in (0, 1):
    refusal = ra << 7 | 5
    for command in (['host', '-t', 'A', 'www.example.'], ['nslookup', '-type=A', 'www.example.'], ['dig', '+short', 'www.example.']):
        asked.clear()
        ran = subprocess.run(['chroot', root, *command], capture_output=True, text=True, timeout=60)
        result = 'an address' if '192.0.2.1' in ran.stdout else 'REFUSED' if 'REFUSED' in ran.stdout else 'nothing'
        print(f'REFUSED with RA={ra}: {command[0]} asks {", ".join(asked)} and prints {result}')
PY
chroot "$T/root" host -V
python3 "$T/run.py" "$T/root" "$net" | tee "$T/out"
diff "$T/out" - <<'OUT' || changed 'another server is asked'
REFUSED with RA=0: host asks first, second and prints an address
REFUSED with RA=0: nslookup asks first, second and prints an address
REFUSED with RA=0: dig asks first and prints nothing
REFUSED with RA=1: host asks first and prints REFUSED
REFUSED with RA=1: nslookup asks first and prints REFUSED
REFUSED with RA=1: dig asks first and prints nothing
OUT
echo 'as described'
