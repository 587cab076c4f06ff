"""The scripts that make a shell ask dyadsim what the tab key may offer (`-sc install=bash`)."""

from dyadsim.checks import known_name
from dyadsim.errors import BadInput

_BASH = r"""_dyadsim_complete() {
    local line="${COMP_LINE:0:COMP_POINT}" IFS=$'\n' word kept reply
    word="${line##*[[:space:]]}"
    COMPREPLY=($(COMP_LINE="$line" "${COMP_WORDS[0]}" -sc query=bash 2>/dev/null))
    kept="${word%"${word##*[=:]}"}"  # bash itself keeps what stands before = and :
    [[ $COMP_WORDBREAKS == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"$kept"}")
    for reply in "${COMPREPLY[@]}"; do
        [[ $reply == *[=./] ]] && compopt -o nospace
    done
}
complete -o default -F _dyadsim_complete dyadsim
"""
_ZSH = r"""(( $+functions[compdef] )) || { autoload -Uz compinit; compinit -u }
_dyadsim_complete() {
    local -a offered
    offered=("${(@f)$(COMP_LINE="$LBUFFER" ${words[1]} -sc query=zsh 2>/dev/null)}")
    offered=(${offered:#})
    (( $#offered )) || { _files; return }
    compadd -Q -S '' -- ${(M)offered:#*[=./]}
    compadd -Q -- ${offered:#*[=./]}
}
compdef _dyadsim_complete dyadsim
"""
_FISH = r"""function __dyadsim_complete
    set -lx COMP_LINE (commandline -cp)
    dyadsim -sc query=fish 2>/dev/null
end
complete -c dyadsim -f -a '(__dyadsim_complete)'
"""
INSTALL = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
UNINSTALL = {
    "bash": "complete -r dyadsim; unset -f _dyadsim_complete\n",
    "zsh": "compdef -d dyadsim; unfunction _dyadsim_complete\n",
    "fish": "complete -e -c dyadsim; functions -e __dyadsim_complete\n",
}
HOW = {
    "bash": 'eval "$(dyadsim -sc install=bash)"',
    "zsh": 'eval "$(dyadsim -sc install=zsh)"',
    "fish": "dyadsim -sc install=fish | source",
}
"""What a user types, or writes into the shell's own file of settings."""


def answer_shell(request: str, line: str) -> str:
    """Return what `-sc REQUEST` prints: a script, or the words that the tab key may offer.

    Parameters
    ----------
    request
        install=SHELL, uninstall=SHELL or query=SHELL.
    line
        For a query: the line so far.

    Raises
    ------
    BadInput
        There is no such request or shell.
    """
    what, _, shell = request.partition("=")
    if what not in ("install", "uninstall", "query") or not shell:
        raise BadInput(f"-sc needs install=bash, install=zsh or install=fish: {HOW['bash']}")
    known_name("shell", shell, INSTALL)
    if what != "query":
        return (INSTALL if what == "install" else UNINSTALL)[shell]
    from dyadsim.cli.completion import complete_line

    return "".join(f"{word}\n" for word in complete_line(line))
