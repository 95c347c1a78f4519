/**
 * The first code in each thread of the single executable. `MODULE` is the one that it runs, by its place in `src/`;
 * in the main thread it is not there. Caches are what V8 made of the program when the executable was built.
 */

const { getRawAsset } = require('node:sea');
const { Script } = require('node:vm');

const text = Buffer.from(getRawAsset('program.cjs')).latin1Slice();
const isMain = typeof MODULE === 'undefined';
const cachedData = Buffer.from(getRawAsset(isMain ? 'main.cache' : 'thread.cache'));
const script = new Script(text, { filename: 'rcode5', cachedData });
script.runInThisContext()(require)(isMain ? 'cli/program' : MODULE);
