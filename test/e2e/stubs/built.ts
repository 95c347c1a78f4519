/** Programs that are compiled for the test: those of musl and Go have their resolver in them. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, run } from '../processes.ts';

const C = `#include <netdb.h>
#include <stdio.h>

int main(int count, char **words) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  char text[64];
  int error = getaddrinfo(words[1], 0, &hints, &found);
  if (error) return puts(gai_strerror(error)), 2;
  for (; found; found = found->ai_next) {
    getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, 0, 0, NI_NUMERICHOST);
    puts(text);
  }
}
`;

const GO = `package main

import ("context"; "fmt"; "net"; "os")

func main() {
  found, err := (&net.Resolver{PreferGo: true}).LookupHost(context.Background(), os.Args[1])
  for _, one := range found { fmt.Println(one) }
  if err != nil { fmt.Println(err); os.Exit(2) }
}
`;

/** By the file of the program: its compiler, its source, and how it is called. */
const BUILT: Readonly<
  Record<string, { readonly compiler: string; readonly source: string; args: readonly string[] }>
> = {
  'ask-musl': { compiler: 'musl-gcc', source: C, args: ['-static', '-o', 'ask-musl', 'ask.c'] },
  'ask-go': { compiler: 'go', source: GO, args: ['build', '-o', 'ask-go', 'ask.go'] },
};

/** Whether the command is a program that can be run here, or made. */
export function isRunnable(command: string): boolean {
  const built = BUILT[command.replace('./', '')];
  return command === process.execPath || findProgram(built?.compiler ?? command) !== undefined;
}

/** Makes those for which there is a compiler, in the folder. */
export async function buildAll(folder: string): Promise<void> {
  for (const { compiler, source, args } of Object.values(BUILT)) {
    const command = findProgram(compiler);
    if (command === undefined) continue;
    writeFileSync(join(folder, args.at(-1)!), source);
    const environment = [`GOCACHE=${join(folder, 'cache')}`, 'GO111MODULE=off'];
    const there = ['-C', folder, ...environment, command, ...args];
    const { code, stderr } = await run(findProgram('env')!, there);
    if (code !== 0) throw new Error(`${compiler}: ${stderr}`);
  }
}
