"""Arguments for generated operations: names, hashes, ids, cursors and constraints of the sample, and wrong ones.

A value is what JSON has (None, bool, int, float, str, list, dict), an enum's value an `EnumName`. Of what is drawn, a
small part is wrong on purpose, so that answers have errors with paths.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_input_field,
)

from schema.context import Context
from schema.node import decode_id, encode_id
from tests.schema.execution.reference import reference

CONSTRAINTS = (
    "hdf5",
    "hdf5@1.14: +mpi",
    "@1.2:",
    "%gcc@11",
    "target=x86_64_v3",
    "^zlib-ng",
    "+shared ^python@3.11:",
    "~mpi os=ubuntu22.04",
    "build_type=Release",
    "hdf5@",
    "+",
    "zlib-ng ^",
)
PACKAGES = ("hdf5", "zlib-ng", "openmpi", "python", "cmake", "gcc-runtime", "py-build", "no-such-package", "")
TARGETS = ("x86_64_v3", "neoverse_v1", "zen3", "aarch64", "x86_64", "power9le", "no-such-target")
SYSTEMS = ("ubuntu22.04", "ubuntu20.04", "amzn2", "no-such-system")
PLATFORMS = ("linux", "darwin")
COMPILERS = ("gcc@11.4.0", "gcc@12.3.0", "gcc@=11.4.0", "gcc", "no-such-compiler@1")
VARIANTS = ("mpi", "shared", "build_type", "no_such_variant")
VERSIONS = ("1.2", "1.2:1.4", "=1.2.1", "1.10,1.14:", "2", "1..2", ":")
WORDS = ("hdf5", "openbals", "e4s", "zen", "gcc", "py-", "Release", 'a "quoted"\\word\n', "übergröße \U0001f9ea", "")

SAMPLED = """{
  packages(first: 4) { edges { cursor } }
  stacks { edges { cursor } nodes { name } }
  targets(first: 4) { edges { cursor } }
  operatingSystems(first: 4) { edges { cursor } }
  compilers(first: 4) { edges { cursor } nodes { name } }
  specs(first: 40) { edges { cursor } }
  hdf5: specs(matching: "hdf5", first: 20) { nodes { hash } edges { cursor } }
  zlib: specs(matching: "zlib-ng", first: 5) { nodes { hash } }
  elsewhere: specs(snapshot: "v2025.07.0", first: 3) { nodes { hash } edges { cursor } }
  snapshots { name }
}"""


class EnumName(str):
    """The name of an enum's value: bare in a document, a string among the variables."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in the place of a value."""

    name: str


class Values:
    """Draws arguments from what a catalogue holds."""

    def __init__(self, catalogue):
        answer = orjson.loads(reference(SAMPLED, None, Context(catalogue)))
        assert "errors" not in answer, answer
        data = answer["data"]
        self.cursors = {}
        for name in ("packages", "stacks", "targets", "operatingSystems", "compilers"):
            self.cursors[name] = [edge["cursor"] for edge in data[name]["edges"]]
        self.cursors["specs"] = [e["cursor"] for name in ("specs", "hdf5") for e in data[name]["edges"]]
        foreign = [edge["cursor"] for edge in data["elsewhere"]["edges"]]
        self.wrong_cursors = ["", "no-cursor", *foreign, *self.cursors["stacks"][:2]]
        held = [node["hash"] for name in ("hdf5", "zlib") for node in data[name]["nodes"]]
        foreign_hash = data["elsewhere"]["nodes"][0]["hash"]
        self.hashes = [*held, *(dag[:8] for dag in held[:5]), foreign_hash, held[0][:4], "zzzz", "ab", "2"]
        self.stacks = [node["name"] for node in data["stacks"]["nodes"]] + ["no-such-stack"]
        self.compilers = [node["name"] for node in data["compilers"]["nodes"]] + list(COMPILERS)
        self.snapshots = [node["name"] for node in data["snapshots"]]
        self.ids = list(self._ids(held, foreign_hash))
        self.representations = list(self._representations(held))

    def _ids(self, held, foreign_hash):
        for tag in (*self.snapshots, "no-such-snapshot"):
            yield encode_id("Snapshot", tag)
        tag = "v2025.11.0"
        for kind, keys in {
            "Package": PACKAGES[:4],
            "Spec": (*held[:4], "zzzz"),
            "Stack": self.stacks[:3],
            "Target": TARGETS[:3],
            "OperatingSystem": SYSTEMS[:2],
            "Compiler": self.compilers[:3],
        }.items():
            yield from (encode_id(kind, tag, key) for key in keys)
        yield encode_id("Spec", "v2025.07.0", foreign_hash)
        yield from ("no id", "", encode_id("Nothing", tag, "x"))

    def _representations(self, held):
        for tag in ({}, {"snapshot": {"name": "v2025.11.0"}}, {"snapshot": {"name": "no-such-snapshot"}}):
            yield {"__typename": "Package", "name": "hdf5", **tag}
            yield {"__typename": "Spec", "hash": held[0], **tag}
            yield {"__typename": "Target", "name": "zen3", **tag}
        yield {"__typename": "Snapshot", "name": "v2025.11.0"}
        for node_id in self.ids[:12]:
            yield {"__typename": decode_id(node_id)[0], "id": node_id}
        yield from ({"__typename": "Nothing", "id": ""}, {"__typename": "Package"}, {"name": "hdf5"}, {})

    def draw(self, random, type_, name, owner):
        """Return a value of an input type for an argument or input field of a name; `owner` is what it is given to."""
        if isinstance(type_, GraphQLNonNull):
            return self._given(random, type_.of_type, name, owner)
        return None if random.random() < 0.06 else self._given(random, type_, name, owner)

    def _given(self, random, type_, name, owner):
        if isinstance(type_, GraphQLList):
            if isinstance(type_.of_type, GraphQLNonNull) and random.random() < 0.08:
                return self.draw(random, type_.of_type, name, owner)  # a list of one, written without its brackets
            return [self.draw(random, type_.of_type, name, owner) for _ in range(random.choice((0, 1, 1, 2, 3)))]
        if isinstance(type_, GraphQLEnumType):
            return EnumName(random.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(random, type_, owner)
        if type_.name == "_Any":
            return random.choice(self.representations)
        match type_.name:
            case "Boolean":
                return random.random() < 0.5
            case "Int" | "BigInt":
                return self._number(random, name)
            case "ID":
                return random.choice(self.ids)
        return random.choice(self._texts(name, owner))

    def _object(self, random, type_, owner):
        wanted = {name: field for name, field in type_.fields.items() if is_required_input_field(field)}
        optional = [name for name in type_.fields if name not in wanted]
        for name in random.sample(optional, min(len(optional), random.choice((0, 1, 1, 2)))):
            wanted[name] = type_.fields[name]
        return {
            name: self.draw(random, field.type, name, name if is_object(field.type) else owner)
            for name, field in wanted.items()
        }

    def _number(self, random, name):
        if random.random() < 0.05:
            return random.choice((-1, 21, 1_000_000))
        return random.choice((0, 1, 2, 3, 4)) if name != "maxDepth" else random.choice((0, 1, 2, 5))

    def _texts(self, name, owner):
        if name in ("after", "before"):
            kind = owner.rpartition(".")[2]
            fitting = self.cursors.get(kind, self.cursors["specs"])
            return fitting * 3 + self.wrong_cursors
        by_name = {
            "matching": CONSTRAINTS,
            "text": WORDS + CONSTRAINTS,
            "hash": self.hashes,
            "hashes": self.hashes,
            "left": self.hashes,
            "right": self.hashes,
            "packages": PACKAGES,
            "snapshot": [*self.snapshots * 4, "no-such-snapshot"],
            "target": TARGETS,
            "runsOn": TARGETS,
            "family": ("x86_64", "aarch64", "no-such-family"),
            "operatingSystem": SYSTEMS,
            "platform": PLATFORMS,
            "matches": VERSIONS,
            "value": ("Release", "none", ""),
            "allOf": self.stacks,
            "anyOf": self.stacks,
            "noneOf": self.stacks,
        }
        return by_name.get(name) or self._texts_of(owner)

    def _texts_of(self, owner):
        by_owner = {
            "Query.package": PACKAGES,
            "Query.snapshot": [*self.snapshots, "no-such-snapshot"],
            "Query.snapshotDiff": [*self.snapshots * 3, "no-such-snapshot"],
            "Query.dependencyPaths": [*self.hashes, *PACKAGES],
            "Query.stack": self.stacks,
            "Query.target": TARGETS,
            "Query.operatingSystem": SYSTEMS,
            "Query.compiler": self.compilers,
            "package": PACKAGES,
            "hash": self.hashes,
            "version": VERSIONS,
            "target": TARGETS,
            "operatingSystem": SYSTEMS,
            "platform": PLATFORMS,
            "compiler": self.compilers,
            "variant": VARIANTS,
            "name": PACKAGES,
            "dependsOn": PACKAGES,
        }
        return by_owner.get(owner, WORDS)


def is_object(type_):
    """Tell whether a type is an input object, or a list of them."""
    return isinstance(get_named_type(type_), GraphQLInputObjectType)


def literal(value):
    """Return a value as a document has it.

    >>> literal({"a": [EnumName("ASC"), None, "x"], "b": Variable("c")})
    '{a: [ASC, null, "x"], b: $c}'
    """
    match value:
        case None:
            return "null"
        case EnumName():
            return str(value)
        case Variable():
            return f"${value.name}"
        case dict():
            return "{" + ", ".join(f"{name}: {literal(part)}" for name, part in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
