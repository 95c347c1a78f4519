/**
 * Run by the Node that the executable is made of: writes what V8 makes of a program (the first argument) beside it,
 * so that a start needs not do it. V8 rejects it for another text, and where other flags are set: the threads of a
 * server have one of their own (the second argument).
 */

const { readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const [, , program, threadFlags] = process.argv;
const folder = dirname(program);
const script = new Script(readFileSync(program, 'latin1'), { filename: 'rcode5' });
// The seed was fixed to make the same of the same text; a start has none.
setFlagsFromString('--hash-seed=0');
writeFileSync(join(folder, 'main.cache'), script.createCachedData());
setFlagsFromString(threadFlags);
writeFileSync(join(folder, 'thread.cache'), script.createCachedData());
