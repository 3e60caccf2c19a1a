// What a shell runs to complete the plugin under its own name, `kubectl-seccomp`. All of them ask the plugin itself.
import { SeccompError } from '../../src/error.ts';

/** How a command name becomes a part of a function's name. */
const functionName = (command: string): string => `_${command.replace(/[^A-Za-z0-9]/g, '_')}`;

// The words are taken from the line: bash itself breaks `--output=json` and `builtin:x` into several, and replaces
// only the last of them.
const bash = (command: string): string => `# bash completion for ${command}
${functionName(command)}() {
    local line=\${COMP_LINE:0:COMP_POINT} word=\${COMP_WORDS[COMP_CWORD]} typed choice directive=0
    local -a words
    read -ra words <<<"$line"
    [[ $line == *[[:space:]] ]] && words+=("")
    [[ $word == [=:] ]] && word=
    typed=\${words[\${#words[@]} - 1]}
    typed=\${typed%"$word"}
    COMPREPLY=()
    while IFS= read -r choice; do
        if [[ $choice == :* ]]; then
            directive=\${choice#:}
        else
            choice=\${choice%%$'\\t'*}
            COMPREPLY+=("\${choice#"$typed"}")
        fi
    done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
    if type compopt &>/dev/null; then
        ((directive & 2)) && compopt -o nospace
        ((directive & 4)) && compopt +o default
        ((directive & 16)) && compopt -o dirnames
    fi
    return 0
}
complete -o default -F ${functionName(command)} ${command}
`;

const zsh = (command: string): string => `#compdef ${command}
# zsh completion for ${command}
${functionName(command)}() {
    local line directive=0
    local -a choices
    # Quotes are taken off, and nothing is expanded: what is typed must not run before Enter.
    for line in "\${(@f)$("\${(Q)words[1]}" __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
        if [[ $line == :* ]]; then
            directive=\${line#:}
        elif [[ -n $line ]]; then
            line=\${line//:/\\\\:}
            choices+=("\${line/$'\\t'/:}")
        fi
    done
    compset -P '--*='
    if (( \${#choices} )); then
        if (( directive & 2 )); then
            _describe '${command}' choices -S ''
        else
            _describe '${command}' choices
        fi
    elif (( directive & 16 )); then
        _files -/
    elif (( ! (directive & 4) )); then
        _files
    fi
}
# A file in fpath is run at the first Tab; then that is to complete already.
if [[ $funcstack[1] == _${command} ]]; then
    ${functionName(command)} "$@"
else
    compdef ${functionName(command)} ${command}
fi
`;

// fish puts a space behind a single choice, whatever it is told; a second one that goes on keeps the cursor there.
const fish = (command: string): string => `# fish completion for ${command}
function ${functionName(command)}
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l prefix (string match -r -- '^--[^=]+=' $current)
    set -l value (string replace -r -- '^--[^=]+=' '' $current)
    set -l directive 0
    set -l choices
    for line in ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
        if string match -q ':*' -- $line
            set directive (string sub -s 2 -- $line)
        else
            set -a choices "$prefix$line"
        end
    end
    if test (count $choices) -eq 1; and test (math "bitand($directive, 2)") -ne 0
        set -a choices (string replace -r '\\t.*' '' -- $choices[1])/
    end
    if set -q choices[1]
        printf '%s\\n' $choices
        return
    end
    set -l paths
    if test (math "bitand($directive, 16)") -ne 0
        set paths (__fish_complete_directories "$value" '')
    else if test (math "bitand($directive, 4)") -eq 0
        set paths (__fish_complete_path "$value" '')
    end
    for path in $paths
        printf '%s\\n' "$prefix$path"
    end
end
complete -c ${command} -f -a '(${functionName(command)})'
`;

/** The shells there is a script for. */
export const completionScripts: Readonly<Record<string, (command: string) => string>> = { bash, zsh, fish };

/** Renders a shell's script; `programName` is `kubectl NAME`. Throws SeccompError `usage` for another shell. */
export const renderCompletionScript = (shell: string, programName: string): string => {
  const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined;
  if (script === undefined)
    throw new SeccompError('usage', `there is no completion for "${shell}"`, {
      hint: `There is ${Object.keys(completionScripts).join(', ')}, and install for kubectl.`,
    });
  return script(programName.replaceAll('-', '_').replace(' ', '-'));
};
