# bash completion for rcode5
_rcode5() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options files=0
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W 'init serve check explain diff compare import test diagnose log report status reload pause resume flush demo' -- "$current")
    return
  fi
  case ${COMP_WORDS[1]} in
    init) options='-o --output'; files=0 ;;
    serve) options='-c --config --share'; files=0 ;;
    check) options='-c --config --listen --from --json'; files=0 ;;
    explain) options='-c --config --from --client --name --type --class --opcode --no-rd --do --transport --listener --key --live --admin --json'; files=0 ;;
    diff) options='--all --replay --as-enforced --from-old --from-new --admin --json'; files=1 ;;
    compare) options='-c --config --from --against --allow --with --old --log --dnstap --queries --rate --timeout --json'; files=0 ;;
    import) options='--from --keep -o --output --json'; files=1 ;;
    test) options='-c --config --from --record --json'; files=1 ;;
    diagnose) options='--server --source --type --ca --timeout --config --from --burst --json'; files=0 ;;
    log) options='--follow --client --name --type --layer --event --group --view --node --rule --rcode --transport --upstream --since --until --ref --utc --timezone -c --config --admin --from --json'; files=1 ;;
    report) options='--by --top --client --name --type --layer --event --group --view --node --rule --rcode --transport --upstream --since --until --ref --utc --timezone -c --config --admin --from --json'; files=1 ;;
    status) options='--admin --json --watch --interval --timeout'; files=0 ;;
    reload) options='--admin --json'; files=0 ;;
    pause) options='--client --policy --for --admin --json'; files=0 ;;
    resume) options='--admin --json'; files=0 ;;
    flush) options='--admin --json'; files=0 ;;
    demo) options='--json'; files=0 ;;
    *) return ;;
  esac
  case $before in
    -o|--output|-c|--config|--old|--log|--dnstap|--queries|--ca) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
  esac
  if [[ $current == -* ]] || ((files == 0)); then
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _rcode5 rcode5
