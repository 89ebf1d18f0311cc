#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# coverage.py TRACE LIST ALL: holds lcov's TRACE of the module's sources against the
# LIST of functions that may have lines that no test runs. ALL is "yes" if all tests
# ran: then nothing must be on the list in vain, and 95 % of the lines must have
# been run.
import collections
import sys

BAR = 95.0

# What the kernel's macros make of each trace event, for tools that the tests
# don't use; the event itself is a function of its own.
MACROS = ("__traceiter_", "__probestub_", "__bpf_trace_", "perf_trace_")


def read_trace(path):
    """For each file, its functions as {first line: (name, runs)}, and the runs of each line."""
    files = {}
    with open(path, encoding="utf-8") as trace:
        for row in trace:
            kind, _, rest = row.rstrip("\n").partition(":")
            if kind == "SF":
                name = rest[rest.rindex("/kernel/") + 1:]
                starts, runs, lines = {}, {}, {}
                files[name] = (starts, runs, lines)
            elif kind == "FN":
                line, function = rest.split(",")[:2]
                starts[int(line)] = function
            elif kind == "FNDA":
                count, function = rest.split(",")
                if not function.startswith(MACROS):
                    runs[function] = int(count)
            elif kind == "DA":
                line, count = rest.split(",")[:2]
                lines[int(line)] = int(count)
    return files


def read_list(path):
    """The reasons: {(file, function): reason}"""
    reasons = {}
    with open(path, encoding="utf-8") as rows:
        for number, row in enumerate(rows, 1):
            if not row.strip() or row.startswith("#"):
                continue
            words = row.split(None, 2)
            if len(words) < 3:
                sys.exit(f"{path}:{number}: no reason")
            reasons[words[0], words[1]] = words[2].strip()
    return reasons


def missed(starts, lines):
    """{function: lines that were not run}"""
    functions = collections.defaultdict(list)
    heads = sorted(starts)
    for line in sorted(line for line, count in lines.items() if not count):
        head = max((head for head in heads if head <= line), default=None)
        functions[starts[head] if head else "(none)"].append(line)
    return functions


def main():
    trace, listed, everything = sys.argv[1:]
    files, reasons = read_trace(trace), read_list(listed)
    bad, wanting = 0, set()
    total = collections.Counter()
    for name in sorted(files):
        starts, runs, lines = files[name]
        total["lines"] += len(lines)
        total["run lines"] += sum(1 for count in lines.values() if count)
        total["functions"] += len(runs)
        total["run functions"] += sum(1 for count in runs.values() if count)
        for function, where in missed(starts, lines).items():
            wanting.add((name, function))
            reason = reasons.get((name, function))
            bad += reason is None
            print(f"{name}:{','.join(map(str, where))}: {function}: "
                  f"{reason or 'no test runs it, and tools/testing/uncovered has no reason'}")
    if everything == "yes":
        for name, function in sorted(set(reasons) - wanting):
            if reasons[name, function].startswith("race:"):
                continue
            print(f"{name}: {function}: is run, and is in tools/testing/uncovered all the same")
            bad += 1
    if not total["run lines"]:
        sys.exit(f"{trace}: no line was run")
    line = 100.0 * total["run lines"] / total["lines"]
    function = 100.0 * total["run functions"] / total["functions"]
    if everything == "yes" and line < BAR:
        print(f"less than {BAR:.0f}% of the lines were run")
        bad += 1
    print(f"coverage: {line:.1f}% of lines, {function:.1f}% of functions")
    return 1 if everything == "yes" and bad else 0


if __name__ == "__main__":
    sys.exit(main())
