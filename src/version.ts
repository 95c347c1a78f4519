/** The version in package.json. */

import { PROGRAM, readProgramFile } from './program-files.ts';

const { version } = JSON.parse(readProgramFile(new URL('package.json', PROGRAM)).toString());

export const VERSION: string = version;
