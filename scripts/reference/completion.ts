/** Completion for shells, from the commands' options. */

import type { Command } from '../../src/cli/command.ts';
import type { Option, Options } from '../../src/cli/options.ts';

/** Values that are a file: the shell completes its name. */
const TAKES_FILE = new Set(['FILE', 'DIR']);

/** Operands that are files: `OLD NEW [DECISIONS.ndjson…]`, `[FILE…]`. */
const FILE_OPERANDS = /FILE|OLD|\.ndjson|\.yaml/;

export function bashCompletion(commands: readonly Command[]): string {
  const cases = commands.map(
    ({ name, options, operands }) =>
      `    ${name}) options='${dashed(options).join(' ')}'; files=${FILE_OPERANDS.test(operands) ? 1 : 0} ;;`,
  );
  return `# bash completion for rcode5
_rcode5() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} options files=0
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$current")
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  case $before in
    ${fileOptions(commands).join('|')}) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
  esac
  if [[ $current == -* ]] || ((files == 0)); then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _rcode5 rcode5
`;
}

export function zshCompletion(commands: readonly Command[]): string {
  const described = commands.map(({ name, about }) => `    '${name}:${quoted(about)}'`);
  const cases = commands.map(({ name, options, operands }) => {
    const specs = Object.entries(options).flatMap(([key, option]) => zshSpecs(key, option));
    const rest = FILE_OPERANDS.test(operands) ? ["'*:file:_files'"] : [];
    return `    ${name}) _arguments ${[...specs, ...rest].join(' ')} ;;`;
  });
  return `#compdef rcode5
_rcode5() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${cases.join('\n')}
  esac
}
_rcode5 "$@"
`;
}

export function fishCompletion(commands: readonly Command[]): string {
  const names = commands.map(({ name, about }) => {
    return `complete -c rcode5 -n __fish_use_subcommand -f -a ${name} -d '${quoted(about)}'`;
  });
  const options = commands.flatMap(({ name, options: own }) =>
    Object.entries(own).map(([key, option]) => {
      const short = option.short === undefined ? '' : ` -s ${option.short}`;
      const value = option.value === undefined ? '' : TAKES_FILE.has(option.value) ? ' -r' : ' -x';
      return `complete -c rcode5 -n '__fish_seen_subcommand_from ${name}'${short} -l ${key}${value} -d '${quoted(option.about)}'`;
    }),
  );
  return `# fish completion for rcode5\n${[...names, ...options].join('\n')}\n`;
}

function dashed(options: Options): readonly string[] {
  return Object.entries(options).flatMap(([name, { short }]) => [
    ...(short === undefined ? [] : [`-${short}`]),
    `--${name}`,
  ]);
}

function fileOptions(commands: readonly Command[]): readonly string[] {
  const names = commands.flatMap(({ options }) =>
    Object.entries(options).flatMap(([name, option]) =>
      TAKES_FILE.has(option.value ?? '') ? dashed({ [name]: option }) : [],
    ),
  );
  return [...new Set(names)];
}

function zshSpecs(name: string, option: Option): readonly string[] {
  const end =
    option.value === undefined
      ? ''
      : `:${option.value}:${TAKES_FILE.has(option.value) ? '_files' : ''}`;
  return dashed({ [name]: option }).map(
    (word) => `'${word}[${quoted(option.about).replace(/[[\]]/g, '')}]${end}'`,
  );
}

/** Within single quotes; a colon would end the description in zsh. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '');
}
