// Asks the server in this root, by UDP from 127.0.0.1, names that nobody has asked before, until SIGTERM. Then it
// prints what became of them. Node runs it as it is: the root has nothing but the package.
//
// load.mjs PORT QUERIES_A_SECOND
import { createSocket } from 'node:dgram';

const [port, rate] = process.argv.slice(2).map(Number);
const TICK_MS = 20;
const PATIENCE_MS = 3000;
const REFUSED = 5;
const counts = { sent: 0, refused: 0, others: 0 };
const open = new Set();
const sockets = Array.from({ length: 4 }, () => {
  const socket = createSocket('udp4');
  socket.on('message', (octets) => {
    if (!open.delete(octets.readUInt16BE(0))) return;
    counts[(octets[3] & 15) === REFUSED ? 'refused' : 'others']++;
  });
  return socket;
});

// RFC 1035 section 4.1: a header with RD, one question for A in IN.
function query(id, name) {
  const header = Buffer.from([0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  header.writeUInt16BE(id);
  const labels = name.split('.').map((label) => [label.length, ...Buffer.from(label)]);
  return Buffer.concat([header, Buffer.from([...labels.flat(), 0, 0, 1, 0, 1])]);
}

const started = performance.now();
const timer = setInterval(() => {
  const due = ((performance.now() - started) / 1000) * rate;
  while (counts.sent < due) {
    const id = counts.sent++ & 0xffff;
    open.add(id);
    sockets[id % sockets.length].send(
      query(id, `n${counts.sent}.refused.example`),
      port,
      '127.0.0.1',
    );
  }
}, TICK_MS);

process.on('SIGTERM', () => {
  clearInterval(timer);
  const deadline = performance.now() + PATIENCE_MS;
  setInterval(() => {
    if (open.size > 0 && performance.now() < deadline) return;
    process.stdout.write(`${JSON.stringify({ ...counts, lost: open.size })}\n`);
    process.exit();
  }, TICK_MS);
});
