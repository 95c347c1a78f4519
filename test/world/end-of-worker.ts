/**
 * Lets a process that runs test files end by itself. workerpool kills one that takes more than a
 * second to end, and on a busy machine the writing of coverage takes longer: what a whole process
 * had covered was missing then.
 */
if (process.env['MOCHA_WORKER_ID'] !== undefined) process.on('SIGTERM', () => {});
