// Asks one name of a server by UDP, again until it answers, and prints the rcode of its answer.
//
// ask.mjs PORT NAME
import { createSocket } from 'node:dgram';

const [port, name] = process.argv.slice(2);
const AGAIN_MS = 250;
const TRIES = 80;
const labels = name.split('.').map((label) => [label.length, ...Buffer.from(label)]);
const header = [0, 5, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
const query = Buffer.from([...header, ...labels.flat(), 0, 0, 1, 0, 1]);
const socket = createSocket('udp4');
// Before the server listens its host says so, and that is no end.
socket.on('error', () => {});
socket.on('message', (octets) => {
  process.stdout.write(`rcode ${octets[3] & 15}\n`);
  process.exit();
});
let tries = 0;
const ask = () => {
  if (tries++ === TRIES) {
    process.stdout.write('no answer\n');
    process.exit(1);
  }
  socket.send(query, Number(port), '127.0.0.1');
};
setInterval(ask, AGAIN_MS);
ask();
