"""Writes stubs of typelibs: JSON with names to standard input, JSON with texts of files from standard output."""

import inspect
import json
import re
import sys

import gi

told = json.load(sys.stdin)
for name, version in told["versions"].items():
    gi.require_version(name, version)

MODULES = {
    name: getattr(__import__("gi.repository", fromlist=[name]), name) for name in told["versions"]
}
SAID = set(told["said"])
# What all classes have that PyGObject itself adds.
OBJECT = """
    def __init__(self, **properties: Any) -> None: ...
    def connect(self, signal: str, handler: Callable[..., Any], *data: Any) -> int: ...
    def disconnect(self, handler: int) -> None: ...
    def handler_block(self, handler: int) -> AbstractContextManager[None]: ...
    def handler_unblock(self, handler: int) -> None: ...
    def stop_emission_by_name(self, signal: str) -> None: ...
    def get_property(self, name: str) -> Any: ...
    def set_property(self, name: str, value: Any) -> None: ...
    __gtype__: ClassVar[Any]
"""
OUT, INOUT = 1, 2
# Where the typelib says less than is true.
RETURNS = {
    ("Gtk", "Dialog", "add_button"): "Button",
    ("Gtk", "Dialog", "get_action_area"): "ButtonBox",
    ("Gtk", "TreeModel", "filter_new"): "TreeModelFilter",
    # Of widgets in a window, items that are layers, and where there is a screen.
    ("Gtk", "Widget", "get_toplevel"): "Window",
    ("Gimp", "Item", "get_parent"): "Layer | None",
    ("Gimp", "Item", "get_children"): "list[Layer]",
    ("Gdk", "Display", "get_default"): "Display",
    ("Gdk", "Screen", "get_default"): "Screen",
    ("GdkPixbuf", "Pixbuf", "copy"): "Pixbuf",
    ("GdkPixbuf", "Pixbuf", "composite_color_simple"): "Pixbuf",
    # Nothing for what is not there.
    ("Gimp", "Layer", "get_mask"): "LayerMask | None",
    ("Gimp", "Item", "get_parasite"): "Parasite | None",
    ("Gimp", "Image", "get_parasite"): "Parasite | None",
    ("Gimp", "Image", "get_layer_by_name"): "Layer | None",
    ("Gimp", "Image", "get_layer_by_tattoo"): "Layer | None",
}
ERROR = """
    message: str
    @staticmethod
    def new_literal(domain: int, message: str, code: int) -> Error: ...
"""
# How PyGObject's overrides let rows of models be reached.
ROWS = """
    def __iter__(self) -> Iterator[Any]: ...
    def __getitem__(self, at: Any) -> Any: ...
"""
SPECIAL = {
    ("Gtk", "ListStore"): "    def __init__(self, *columns: Any) -> None: ..." + ROWS,
    ("Gtk", "TreeModel"): ROWS,
    ("Gdk", "Event"): "    def __getattr__(self, name: str) -> Any: ...",
    ("Gtk", "TreePath"): "    def __le__(self, other: TreePath) -> bool: ...",
}
SCALARS = {
    "void": "None",
    "gboolean": "bool",
    "utf8": "str",
    "filename": "str",
    "gfloat": "float",
    "gdouble": "float",
    "GType": "Any",
    "gunichar": "str",
    "GError": "GLib.Error",
}


def main():
    wanted = {(space, name) for space, names in told["used"].items() for name in names}
    written = {}
    while wanted - written.keys():
        for space, name in sorted(wanted - written.keys()):
            needs = set()
            written[space, name] = _definition(space, name, needs)
            wanted |= needs
    files = {}
    for space in told["versions"]:
        texts = [text for (of, _), text in sorted(written.items()) if of == space and text]
        if texts:
            files[space] = _head(space) + "\n\n".join(texts) + "\n"
    print(json.dumps(files))


def _head(space):
    others = [each for each in told["versions"] if each != space]
    return (
        f'"""What the plug-in uses of {space}; written by tests/hosts/gi_stubs.py."""\n\n'
        # Subclasses change what methods take, as C may.
        '# mypy: disable-error-code="override, misc"\n\n'
        "from collections.abc import Callable, Iterator\n"
        "from contextlib import AbstractContextManager\n"
        "from typing import Any, ClassVar\n\n"
        f"from gi.repository import {', '.join(others)}\n\n"
    )


def _definition(space, name, needs):
    found = getattr(MODULES[space], name, None)
    if found is None:
        return None
    if inspect.isclass(found):
        return _class(space, name, found, needs)
    if callable(found):
        return _function(name, found, needs, space)
    if isinstance(found, (bool, int, float, str)):
        return f"{name}: {type(found).__name__}"
    return f"{name}: Any"


def _class(space, name, found, needs):
    from gi.repository import GObject

    if issubclass(found, (GObject.GEnum, GObject.GFlags, int)):
        members = [each for each in sorted(SAID) if isinstance(getattr(found, each, None), found)]
        lines = [f"    {each}: ClassVar[{name}]" for each in members]
        if issubclass(found, GObject.GFlags):
            lines.append(f"    def __or__(self, other: int) -> {name}: ...")
        if "value_nick" in SAID:
            lines += ["    @property", "    def value_nick(self) -> str: ..."]
        return f"class {name}(int):\n" + ("\n".join(lines) or "    pass")
    if issubclass(found, Exception):
        return f"class {name}(RuntimeError):\n{ERROR}"
    is_object = issubclass(found, GObject.Object)
    bases = [] if (space, name) == ("GObject", "Object") else _bases(found, needs, space)
    lines = [OBJECT.strip("\n")] if (space, name) == ("GObject", "Object") else []
    if not is_object:
        lines.append("    def __init__(self, *values: Any, **fields: Any) -> None: ...")
    for each in sorted(SAID):
        member = _own(found, each)
        if member is not None and f" {each}(" not in "".join(lines):
            text = _method(each, member, found, needs, space)
            if text:
                lines.append(text)
    for attribute in _fields(found):
        lines.append(f"    {attribute}: Any")
    lines.append(SPECIAL.get((space, name), ""))
    head = f"class {name}({', '.join(bases)}):" if bases else f"class {name}:"
    return head + "\n" + ("\n".join(lines) or "    pass")


def _bases(found, needs, space):
    from gi.repository import GObject

    names = []
    for base in found.__bases__:
        home = _home(base)
        if home is None:
            # An override stands between the class and what is overridden.
            names += _bases(base, needs, space)
        elif home == _home(found):
            names += _bases(base, needs, space)
        elif not issubclass(base, GObject.GInterface) or any(_own(base, each) for each in SAID):
            needs.add(home)
            names.append(_name(home, space))
    return list(dict.fromkeys(names))


def _home(found):
    """(namespace, name) of a class that is to be seen in a namespace."""
    space = found.__module__.rsplit(".", 1)[-1]
    name = found.__name__
    if (space, name) in (("gobject", "GObject"), ("_gi", "GObject")) or name == "GObject":
        return "GObject", "Object"
    if name == "GInterface" or found is object or space in ("_gi", "types", "builtins"):
        return None
    return (space, name) if space in MODULES and getattr(MODULES[space], name, None) else None


def _own(found, name):
    """A method that the class itself, or what it overrides, has."""
    home = _home(found)
    for each in found.__mro__:
        if each is not found and _home(each) not in (None, home):
            continue
        if each is object or (
            each.__module__.startswith(("gi._", "builtins"))
            and each.__name__ in ("GObject", "Object")
        ):
            continue
        if each is not found and _home(each) is None:
            continue
        if name in vars(each):
            return vars(each)[name]
    return None


def _fields(found):
    return [
        each
        for each in sorted(SAID)
        if type(vars(found).get(each)).__name__ in ("FieldInfo", "property")
    ]


def _method(name, member, found, needs, space):
    info = member
    if isinstance(member, (staticmethod, classmethod)):
        info = member.__func__
    if type(info).__name__ in ("property", "FieldInfo") or not callable(info):
        return None
    if not hasattr(info, "get_arguments"):
        if name.startswith("__"):
            return None
        static = "    @staticmethod\n" if isinstance(member, staticmethod) else ""
        first = "" if static else "self, "
        return f"{static}    def {name}({first}*values: Any, **named: Any) -> Any: ..."
    arguments, answer = _signature(info, needs, space)
    better = RETURNS.get((*_home(found), name))
    if better is not None:
        answer = better
        needs |= {
            (space, word) for word in re.findall(r"\w+", better) if word not in ("list", "None")
        }
    if info.is_method():
        return f"    def {name}({', '.join(['self', *arguments])}) -> {answer}: ..."
    if info.is_constructor():
        answer = _name(_home(found), space)
    return f"    @staticmethod\n    def {name}({', '.join(arguments)}) -> {answer}: ..."


def _function(name, found, needs, space):
    if not hasattr(found, "get_arguments"):
        return f"def {name}(*values: Any, **named: Any) -> Any: ..."
    arguments, answer = _signature(found, needs, space)
    return f"def {name}({', '.join(arguments)}) -> {answer}: ..."


def _signature(info, needs, space):
    """Arguments as PyGObject takes them, and what it gives back."""
    arguments, outs, skipped = list(info.get_arguments()), [], set()
    callbacks = False
    for argument in arguments:
        kind = argument.get_type()
        length = kind.get_array_length() if kind.get_tag_as_string() == "array" else -1
        if length >= 0:
            skipped.add(length)
        for each in (argument.get_closure(), argument.get_destroy()):
            if each >= 0:
                skipped.add(each)
                callbacks = callbacks or each == argument.get_closure()
    answer = info.get_return_type()
    if answer.get_tag_as_string() == "array" and answer.get_array_length() >= 0:
        skipped.add(answer.get_array_length())
    given = []
    for number, argument in enumerate(arguments):
        direction = argument.get_direction()
        out = direction in (OUT, INOUT)
        if number in skipped:
            continue
        text = _type(argument.get_type(), needs, space)
        if direction != OUT:
            given.append((argument.get_name(), text, argument.may_be_null()))
        if out:
            outs.append(text)
    texts, optional = [], True
    for name, text, null in reversed(given):
        optional = optional and null
        text = f"{text} | None" if null else text
        name = f"{name}_" if name in ("in", "from", "lambda", "class", "def") else name
        texts.insert(0, f"{name}: {text}" + (" = None" if optional else ""))
    if callbacks:
        texts.append("*data: Any")
        texts = [each.removesuffix(" = None") if "= None" in each else each for each in texts]
    said = _type(answer, needs, space)
    if info.may_return_null() and said not in ("None", "Any") and not said.startswith("list"):
        said += " | None"
    if outs:
        # A throwing function's success is an exception's absence, but it is given back all the same.
        parts = outs if said == "None" else [said, *outs]
        return texts, parts[0] if len(parts) == 1 else f"tuple[{', '.join(parts)}]"
    return texts, said


def _type(kind, needs, space):
    tag = kind.get_tag_as_string()
    if tag == "void" and kind.is_pointer():
        return "Any"
    if tag in SCALARS:
        return SCALARS[tag].replace("GLib.", "" if space == "GLib" else "GLib.")
    if re.fullmatch(r"gu?int\d*|gs?size", tag):
        return "int"
    if tag in ("array", "glist", "gslist"):
        inner = kind.get_param_type(0)
        if tag == "array" and inner.get_tag_as_string() in ("guint8", "gint8"):
            return "bytes"
        return f"list[{_type(inner, needs, space)}]"
    if tag == "ghash":
        return "dict[Any, Any]"
    if tag != "interface":
        return "Any"
    interface = kind.get_interface()
    if type(interface).__name__ == "CallbackInfo":
        return "Callable[..., Any]"
    home = interface.get_namespace(), interface.get_name()
    if home == ("GObject", "Value"):
        return "Any"
    if home[0] not in MODULES:
        return "Any"
    needs.add(home)
    return _name(home, space)


def _name(home, space):
    return home[1] if home[0] == space else f"{home[0]}.{home[1]}"


main()
