# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion of motet(1) in bash.
#
# Commands and options are read from the command's own help, so they are those
# of the motet that is installed; names of
# ports, groups, channels, checkpoints and locks are those that are alive.

_motet_commands()
{
	"$@" --help 2>/dev/null |
		sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'
}

_motet_options()
{
	"$@" --help 2>/dev/null |
		sed -n 's/^ .*\(--[a-z-]*\).*/\1/p'
}

_motet()
{
	local word=${COMP_WORDS[COMP_CWORD]} i candidates
	local -a path=("${COMP_WORDS[0]}") names=()

	COMPREPLY=()
	# The command is the words before the cursor that are commands
	candidates=$(_motet_commands "${path[@]}")
	for ((i = 1; i < COMP_CWORD && ${#candidates}; i++)); do
		[[ ${COMP_WORDS[i]} == help ]] && continue
		[[ $'\n'$candidates$'\n' == *$'\n'"${COMP_WORDS[i]}"$'\n'* ]] ||
			return
		path+=("${COMP_WORDS[i]}")
		candidates=$(_motet_commands "${path[@]}")
	done

	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_motet_options "${path[@]}")" -- "$word")
		return
	fi
	if [[ -n $candidates ]]; then
		((${#path[@]} == 1)) && candidates+=$'\nhelp'
		mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
		return
	fi
	case ${path[1]-} in
	top)
		names=(port group channel checkpoint lock)
		;;
	port)
		[[ ${path[2]-} == ls ]] && return
		mapfile -t names < <("${path[0]}" port ls --names 2>/dev/null)
		;;
	group)
		case ${path[2]-} in
		insert | remove)
			mapfile -t names < <("${path[0]}" port ls --names \
				2>/dev/null)
			;;
		members | status | track | send | call)
			mapfile -t names < <("${path[0]}" group ls --names \
				2>/dev/null)
			;;
		esac
		;;
	lock)
		case ${path[2]-} in
		run | status | purge)
			mapfile -t names < <("${path[0]}" lock ls --names \
				2>/dev/null)
			;;
		esac
		;;
	channel)
		case ${path[2]-} in
		status | publish | subscribe | clear | unlink)
			mapfile -t names < <("${path[0]}" channel ls --names \
				2>/dev/null)
			;;
		esac
		;;
	checkpoint)
		case ${path[2]-} in
		ls | create) ;;
		*)
			mapfile -t names < <("${path[0]}" checkpoint ls \
				--names 2>/dev/null)
			;;
		esac
		;;
	watch)
		case ${path[2]-} in
		port | group)
			mapfile -t names < <("${path[0]}" "${path[2]}" ls \
				--names 2>/dev/null)
			;;
		esac
		;;
	esac
	# Names may have blanks and more that the shell knows
	for i in "${names[@]}"; do
		[[ $i == "$word"* ]] || continue
		COMPREPLY+=("$(printf '%q' "$i")")
	done
}

complete -F _motet motet
