# SPDX-License-Identifier: GPL-2.0-or-later
"""Parse reST with docutils: files named on standard input, and all below a
directory. What only Sphinx knows is accepted, its content parsed; files that a
directive names must exist."""

import glob
import os
import sys

import docutils.core
import docutils.nodes
import docutils.utils
from docutils.parsers.rst import Directive, directives, roles

bad = False


def wrong(path, line, text):
    """Report one error."""
    global bad
    bad = True
    print(f"{path}:{line}: {text}")


class Any(Directive):
    """A directive of Sphinx; its content is reST."""

    has_content = True
    optional_arguments = 1000
    option_spec = None

    def run(self):
        node = docutils.nodes.container()
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


class Code(Any):
    """A directive whose content is not reST."""

    def run(self):
        return []


class Names(Any):
    """A directive that names files."""

    def names(self):
        """Files named, relative to where the directive looks for them."""
        return self.arguments[:1]

    def run(self):
        for name in self.names():
            if not os.path.exists(name):
                wrong(self.state.document.current_source, self.lineno,
                      f"{self.name}: there is no {name}")
        return []


class KernelDoc(Names):
    """kernel-doc:: FILE, relative to the root."""

    option_spec = {
        name: directives.unchanged for name in
        ("doc", "export", "internal", "identifiers", "functions", "no-identifiers")
    }


class Toctree(Names):
    """toctree:: whose content names documents."""

    optional_arguments = 0
    option_spec = {
        name: directives.unchanged
        for name in ("maxdepth", "caption", "glob", "numbered", "hidden", "titlesonly")
    }

    def names(self):
        here = os.path.dirname(self.state.document.current_source)
        for entry in self.content:
            entry = entry.strip()
            if entry.endswith(">"):
                entry = entry[entry.rindex("<") + 1:-1]
            path = os.path.join(here, entry + ".rst")
            if entry:
                yield from glob.glob(path) if "*" in entry else [path]


def register():
    """Teach docutils what Sphinx and the kernel add."""
    for name in ("c:function", "c:struct", "c:enum", "c:macro", "c:type",
                 "c:union", "c:member", "c:enumerator", "only", "index",
                 "seealso", "versionadded", "option", "program", "flat-table",
                 "rubric"):
        directives.register_directive(name, Any)
    for name in ("code-block", "literalinclude", "graphviz", "kernel-figure",
                 "highlight"):
        directives.register_directive(name, Code)
    directives.register_directive("kernel-doc", KernelDoc)
    directives.register_directive("toctree", Toctree)
    for name in ("ref", "doc", "c:func", "c:type", "c:struct", "c:macro",
                 "c:enum", "c:member", "c:expr", "manpage", "abbr", "command",
                 "option", "file", "term", "program", "envvar"):
        roles.register_local_role(name, role)


def role(_name, rawtext, text, _lineno, _inliner, options=None, content=None):
    """Any role of Sphinx."""
    return [docutils.nodes.literal(rawtext, text)], []


def parse(path, name):
    """Parse one file and report what docutils says of level warning and up."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    document = docutils.core.publish_doctree(
        text, source_path=name,
        settings_overrides={"report_level": 5, "halt_level": 5,
                            "file_insertion_enabled": False})
    for message in document.traverse(docutils.nodes.system_message):
        if message["level"] >= 2:
            where = message.get("line", 0)
            said = message.children[0].astext().replace("\n", " ")
            if name != path:
                # made by kernel-doc: show the line itself
                lines = text.splitlines()
                said += ": " + (lines[where - 1].strip() if where else "")
            wrong(name, where, said)


def main():
    """Files named on standard input, and files below the directory."""
    made = sys.argv[1]
    register()
    for line in sys.stdin:
        parse(line.rstrip("\n"), line.rstrip("\n"))
    for where, _, names in os.walk(made):
        for name in sorted(names):
            path = os.path.join(where, name)
            if path.endswith(".h"):
                parse(path, os.path.relpath(path, made))
    sys.exit(bad)


main()
