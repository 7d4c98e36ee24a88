/** The shells that there is a script for. */
export const shells = ["bash", "zsh", "fish"] as const;

/**
 * What each shell runs to complete a line: it asks `weir __complete` with the words up to the
 * cursor, the last of them as far as it is there, and gets a candidate a line, behind a tab what it
 * is. Where there are none, the shell completes file names.
 */
export const scripts: Readonly<Record<(typeof shells)[number], string>> = {
  bash: `# bash completion for weir: source <(weir completion bash)
# shellcheck shell=bash
_weir() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")")
  done < <(weir __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2> /dev/null)
  # A name and its '=' want a value behind them.
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o default -F _weir weir
`,
  zsh: `#compdef weir
# zsh completion for weir: source <(weir completion zsh)
_weir() {
  local line
  local -a names shown
  while IFS= read -r line; do
    names+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done < <(weir __complete "\${(@)words[2,CURRENT]}" 2> /dev/null)
  if (( \${#names} == 0 )); then
    _files
  else
    compadd -l -d shown -- "\${names[@]}"
  fi
}
compdef _weir weir
`,
  fish: `# fish completion for weir: weir completion fish | source
function __weir_complete
  set -l words (commandline -opc)
  weir __complete $words[2..] (commandline -ct) 2> /dev/null
end
complete -c weir -a '(__weir_complete)'
`,
};
