# shellcheck shell=bash
# Completion of sgbridge(1) in bash. It knows no command and no option: it asks the program that is
# typed, `sgbridge complete WORDS…`, what the last word may become.
_sgbridge() {
    local program=${COMP_WORDS[0]/#\~\//"$HOME"/}
    mapfile -t COMPREPLY < <("$program" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    case ${COMPREPLY[0]-} in
    '<FILE>') COMPREPLY=() && compopt -o default ;;
    '<DIR>') COMPREPLY=() && compopt -o dirnames ;;
    esac
}

complete -F _sgbridge sgbridge
