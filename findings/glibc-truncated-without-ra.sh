#!/bin/bash
# glibc retries a truncated answer by TCP only if it says RA.
#
# Expected: TC=1 means "ask again by TCP" (RFC 1035 section 4.2.1, RFC 7766 section 5), whatever the other bits say.
# Happens: an empty truncated answer with RA=0 is taken for that of a broken server: glibc does not connect to it
#   but goes to the next nameserver; with a single one getaddrinfo fails for a while (EAI_AGAIN) though TCP
#   would answer. With RA=1 it asks by TCP. (A server that truncates to make clients prove their address,
#   and leaves RA to the real answer, loses glibc's clients.)
# Versions: glibc 2.36 (Debian 12). Source: measured here.
PACKAGES=(libc6=2.36-9+deb12u14 perl-base=5.36.0-7+deb12u4)

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

cat >"$T/root/call.pl" <<'PL'
use Socket ':all';
my ($error, @found) = getaddrinfo('www.example.', '', {family => AF_INET, socktype => SOCK_STREAM});
print $error == EAI_AGAIN ? "EAI_AGAIN, $error" : $error ? "another error, $error"
  : inet_ntoa((unpack_sockaddr_in($found[0]{addr}))[1]);
PL
export LC_ALL=C
cat >"$T/run.py" <<'PY'
import socket, subprocess, sys
from dns import *

root, net = sys.argv[1:]
flags, asked = 0, []
def full(side, transport):
    def answer(query):
        asked.append(f'{side} {transport}')
        return response(query, 0x80, record(1, socket.inet_aton('192.0.2.1')))
    return answer
def cut(query):
    asked.append('1 UDP')
    return response(query, flags)
serve_udp(net + '.1', 53, cut)
serve_tcp(net + '.1', 53, full(1, 'TCP'))
serve_udp(net + '.2', 53, full(2, 'UDP'))
for servers in (1, 2):
    with open(root + '/etc/resolv.conf', 'w') as conf:
        for n in range(servers): print(f'nameserver {net}.{n + 1}', file=conf)
    for ra in (0, 1):
        flags = 0x200 | ra << 7
        asked.clear()
        ran = subprocess.run(['chroot', root, 'perl', '/call.pl'], capture_output=True, text=True, timeout=60)
        print(f'{servers} nameserver(s), TC=1 RA={ra} -> asked:', ', '.join(dict.fromkeys(asked)), '->', ran.stdout.strip())
PY
python3 "$T/run.py" "$T/root" "$net" | tee "$T/out"
diff "$T/out" - <<'OUT' || changed 'a truncated answer leads elsewhere'
1 nameserver(s), TC=1 RA=0 -> asked: 1 UDP -> EAI_AGAIN, Temporary failure in name resolution
1 nameserver(s), TC=1 RA=1 -> asked: 1 UDP, 1 TCP -> 192.0.2.1
2 nameserver(s), TC=1 RA=0 -> asked: 1 UDP, 2 UDP -> 192.0.2.1
2 nameserver(s), TC=1 RA=1 -> asked: 1 UDP, 1 TCP -> 192.0.2.1
OUT
echo 'as described'
