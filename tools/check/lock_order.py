# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds the table of Documentation/locking.rst against the sources, and with
--lockdep LOADED UNLOADED against what a kernel has seen: its /proc/lockdep while
the module was loaded, and after it was unloaded. What is in the first only is
the module's."""

import glob
import re
import sys

LOCKING = "Documentation/locking.rst"
KINDS = {
    "struct mutex": "sleeps",
    "struct rw_semaphore": "sleeps",
    "spinlock_t": "spins",
    "rwlock_t": "spins",
    "local_lock_t": "spins",
    "seqlock_t": "spins",
    "raw_spinlock_t": "raw",
    "DEFINE_MUTEX": "sleeps",
    "DECLARE_RWSEM": "sleeps",
    "BLOCKING_NOTIFIER_HEAD": "sleeps",
    "ATOMIC_NOTIFIER_HEAD": "spins",
    "DEFINE_SPINLOCK": "spins",
    "DEFINE_RWLOCK": "spins",
    "DEFINE_SEQLOCK": "spins",
    "DEFINE_RAW_SPINLOCK": "raw",
}
MEMBER = re.compile(r"^\s+(struct mutex|struct rw_semaphore|spinlock_t|rwlock_t|"
                    r"local_lock_t|seqlock_t|seqcount\w*_t|raw_spinlock_t)\s+(\w+);")
STATIC = re.compile(r"^(?:static\s+)?(DEFINE_MUTEX|DECLARE_RWSEM|\w+_NOTIFIER_HEAD|"
                    r"DEFINE_SPINLOCK|DEFINE_RWLOCK|DEFINE_SEQLOCK|"
                    r"DEFINE_RAW_SPINLOCK)\((\w+)\);")
STRUCT = re.compile(r"^struct motet_(\w+) \{$")
TAG = re.compile(r"\[([^][]*)\]$")

bad = False


def wrong(text):
    """Report one error."""
    global bad
    bad = True
    print(text)


class Row:
    """One lock of the table."""

    def __init__(self, number, cells):
        self.number = number
        self.name, self.protects, inside, self.context = cells
        self.inside = [] if inside.startswith("nothing") else inside.split(", ")
        self.lock = None


def read_table():
    """The table's rows by name: cells may go on in the lines below."""
    rows, spans = {}, None
    cells, begun = None, 0
    for number, line in enumerate(open(LOCKING), 1):
        line = line.rstrip("\n")
        if re.fullmatch(r"=+( =+)+", line):
            spans = [m.span() for m in re.finditer(r"=+", line)]
            begun += 1
            if begun == 3:
                break
            continue
        if begun != 2 or not line:
            continue
        texts = [line[a:(b if i < len(spans) - 1 else None)].strip()
                 for i, (a, b) in enumerate(spans)]
        if texts[0]:
            cells = texts
            row = [number, cells]
            rows[cells[0]] = row
        else:
            for i, text in enumerate(texts):
                cells[i] = (cells[i] + " " + text).strip()
    if spans is None or len(spans) != 4 or not rows:
        sys.exit(f"{LOCKING}: no table of four columns: lock, protects, "
                 "nests inside, context")
    return {name: Row(number, cells) for name, (number, cells) in rows.items()}


def read_sources():
    """What locks the sources declare, and which guards their comments name."""
    locks, guards = {}, {}
    for path in sorted(glob.glob("kernel/*.[ch]")):
        struct, text = None, ""
        for number, line in enumerate(open(path), 1):
            place = f"{path}:{number}"
            match = STRUCT.match(line)
            struct = match[1] if match else None if line[0] == "}" else struct
            match = MEMBER.match(line)
            if match and struct:
                locks[f"{struct}.{match[2]}"] = (place, KINDS.get(match[1]))
            match = STATIC.match(line)
            if match:
                locks[match[2]] = (place, KINDS.get(match[1]))
            # a tag ends the text of a member
            match = TAG.search(line.rstrip()) if line.startswith(" *") else None
            for part in re.split(r", | and ", match[1]) if match else ():
                if re.fullmatch(r"\w+([._](lock|mutex|reader))", part):
                    guards.setdefault(part, place)
    return locks, guards


def named(name, locks):
    """The locks that a short name stands for: "space.mutex" for
    motet_lock_space.mutex."""
    if name in locks:
        return [name]
    return [lock for lock in locks if "." in name and lock.endswith("_" + name)]


def check_sources(rows):
    """The table has what the sources have, and the other way round."""
    locks, guards = read_sources()
    for row in rows.values():
        found = named(row.name, locks)
        if len(found) != 1:
            wrong(f"{LOCKING}:{row.number}: {row.name}: "
                  f"{'no such lock' if not found else found}")
            continue
        row.lock = found[0]
        place, kind = locks[row.lock]
        if row.context.split(":")[0] != kind:
            wrong(f"{LOCKING}:{row.number}: {row.name}: its context is "
                  f"'{row.context}', but it {kind} ({place})")
    known = {row.lock for row in rows.values()}
    for lock, (place, _) in locks.items():
        if lock not in known:
            wrong(f"{place}: {lock} is not in the table of {LOCKING}")
    for guard, place in guards.items():
        if guard not in rows:
            wrong(f"{place}: [{guard}] is not in the table of {LOCKING}")


def check_rows(rows):
    """What a lock nests inside stands above it."""
    for row in rows.values():
        for outer in row.inside:
            if outer not in rows:
                wrong(f"{LOCKING}:{row.number}: {row.name}: "
                      f"{outer} is not in the table")
            elif rows[outer].number >= row.number:
                wrong(f"{LOCKING}:{row.number}: {row.name} nests inside "
                      f"{outer}, which stands below")


def closure(rows):
    """What each lock may be taken inside of, directly or not."""
    outer = {}
    for name in sorted(rows, key=lambda name: rows[name].number):
        outer[name] = set(rows[name].inside)
        for parent in rows[name].inside:
            outer[name] |= outer.get(parent, set())
    return outer


def read_lockdep(path):
    """Classes: key to (name, usage, keys of what was taken inside)."""
    classes, last = {}, None
    for line in open(path):
        match = re.match(r"^([0-9a-f]{8,16})\s.*?(\S+): (\S.*)$", line)
        if match:
            last = match[1]
            classes[last] = (match[3], match[2], [])
            continue
        match = re.match(r"^ -> \[([0-9a-f]+)\] ", line)
        if match and last:
            classes[last][2].append(match[1])
    if not classes:
        sys.exit(f"{path}: no lock with an address")
    return classes


def row_of(name, rows):
    """The row of a class: "&space->mutex" or "motet_quota_lock"."""
    name = re.sub(r"[#/]\d+$", "", name)
    match = re.match(r"^\((\w+)\)\.(rwsem|lock)$", name)
    if match:
        return match[1] if match[1] in rows else None
    match = re.match(r"^&(\w+)->(\w+)$", name)
    if not match:
        return name if name in rows else None
    short = f"{match[1]}.{match[2]}"
    found = [row for row in rows if row == short or row.endswith("_" + short)]
    return found[0] if len(found) == 1 else None


def reached(key, classes, ours):
    """Rows that are taken inside a class, others' locks between them or not."""
    seen, todo, found = set(), [(key, True)], {}
    while todo:
        at, direct = todo.pop()
        for inner in classes[at][2] if at in classes else ():
            if inner in ours:
                found[ours[inner]] = found.get(ours[inner], False) or direct
            elif inner not in seen:
                seen.add(inner)
                todo.append((inner, False))
    return found


def check_lockdep(rows, loaded, unloaded):
    """All that happened is allowed; what is allowed and didn't is listed."""
    before, after = read_lockdep(loaded), read_lockdep(unloaded)
    ours = {}
    for key in before.keys() - after.keys():
        row = row_of(before[key][0], rows)
        if row:
            ours[key] = row
    outer, count, happened = closure(rows), 0, set()
    for key, name in sorted(ours.items(), key=lambda item: item[1]):
        usage = before[key][1]
        if re.search(r"[-?]", usage):
            wrong(f"{name}: taken in an interrupt ({usage})")
        for inner, direct in sorted(reached(key, before, ours).items()):
            if direct:
                count += 1
                happened.add((inner, name))
                if name not in outer[inner]:
                    wrong(f"{inner} was taken inside {name}: "
                          f"the table doesn't say so")
            elif inner in outer[name]:
                wrong(f"{inner} was taken inside {name}, others' locks between "
                      "them: the table says the contrary")
    print(f"# {len(ours)} locks, {count} nestings")
    for name, row in rows.items():
        if name not in ours.values():
            print(f"# never taken: {name}")
        for parent in row.inside:
            if (name, parent) not in happened:
                print(f"# never seen: {name} directly inside {parent}")
    if not count:
        wrong("no nesting was seen: nothing was shown")


def main():
    rows = read_table()
    check_rows(rows)
    if len(sys.argv) == 4 and sys.argv[1] == "--lockdep":
        check_lockdep(rows, *sys.argv[2:])
    else:
        check_sources(rows)
    sys.exit(bad)


main()
