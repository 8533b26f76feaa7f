"""What differs between two specs, against the raw ones."""

from __future__ import annotations

import json

SPEC_DIFF = """query ($left: String!, $right: String!) {
  specDiff(left: $left, right: $right, snapshot: "v2025.11.0") {
    left { hash }
    right { hash }
    equal
    differences { attribute left right }
    dependencies { package left { hash } right { hash } }
  }
}"""


def attributes_of(spec):
    """Return a raw spec's attributes by the names that differences have; variants by their raw values."""
    flags = {"cflags", "cxxflags", "fflags", "cppflags", "ldflags", "ldlibs"}
    variants = {f"variant {k}": v for k, v in spec.parameters.items() if k not in flags}
    own = {
        "package": spec.name,
        "version": spec.version,
        "namespace": spec.namespace,
        "compiler": spec.compiler,
        "platform": spec.platform,
        "operating_system": spec.os,
        "target": spec.target,
        "external": str(spec.external).lower(),
    }
    return own, variants, {f"flag {k}": " ".join(spec.parameters[k]) or None for k in flags}


def printed(name, value):
    if value is None:
        return None
    if isinstance(value, bool):
        return f"{'+' if value else '~'}{name}"
    return f"{name}={value}" if isinstance(value, str) else f"{name}:={','.join(value)}"


def some_pairs(release):
    """Return pairs of specs: all of hdf5, and neighbours in the list that are of two packages or of one."""
    hashes = list(release.specs)
    hdf5 = [s.hash for s in release.specs.values() if s.name == "hdf5"]
    return [(a, b) for a in hdf5 for b in hdf5] + [(hashes[i], hashes[i + 1]) for i in range(0, len(hashes) - 1, 40)]


def test_specs_differ_as_the_raw_ones_do(ask, release, order):
    for left, right in some_pairs(release):
        answer = ask(SPEC_DIFF, left=left, right=right)["specDiff"]
        one, other = release.specs[left], release.specs[right]
        (mine, my_variants, my_flags), (theirs, their_variants, their_flags) = attributes_of(one), attributes_of(other)
        expected = [(k, mine[k], theirs[k]) for k in mine if mine[k] != theirs[k]]
        found = [(d["attribute"], d["left"], d["right"]) for d in answer["differences"]]
        by_kind = [[d for d in found if d[0].startswith(kind)] for kind in ("variant ", "flag ")]
        assert [d for d in found if d not in by_kind[0] + by_kind[1] and d[0] != "package_hash"] == expected
        names = sorted(k for k in {*my_variants, *their_variants} if my_variants.get(k) != their_variants.get(k))
        assert [d[0] for d in by_kind[0]] == names
        for name, shown, shown_right in by_kind[0]:
            bare = name.removeprefix("variant ")
            if bare != "patches" and "'" not in f"{shown}{shown_right}":
                assert shown == printed(bare, my_variants.get(name))
                assert shown_right == printed(bare, their_variants.get(name))
        assert by_kind[1] == sorted((k, my_flags[k], their_flags[k]) for k in my_flags if my_flags[k] != their_flags[k])
        assert (answer["left"], answer["right"]) == ({"hash": left}, {"hash": right})
        assert answer["equal"] == (left == right)
        heads, other_heads = ({e["hash"] for e in spec.edges} for spec in (one, other))
        sides = [[d[side]["hash"] for d in answer["dependencies"] if d[side]] for side in ("left", "right")]
        assert sorted(sides[0]) == sorted(heads - other_heads)
        assert sorted(sides[1]) == sorted(other_heads - heads)
        for difference in answer["dependencies"]:
            for side in ("left", "right"):
                if difference[side]:
                    assert release.specs[difference[side]["hash"]].name == difference["package"]
        assert [d["package"] for d in answer["dependencies"]] == sorted(d["package"] for d in answer["dependencies"])


def test_recipes_are_compared_where_both_record_them(ask, release, sample_files):
    index = json.loads(sample_files["binaries/v2025.11.0/build_cache/index.json"])
    recipe = {h: i["spec"].get("package_hash") for h, i in index["database"]["installs"].items()}
    for left, right in some_pairs(release)[::7]:
        differences = ask(SPEC_DIFF, left=left, right=right)["specDiff"]["differences"]
        found = [(d["left"], d["right"]) for d in differences if d["attribute"] == "package_hash"]
        both = (recipe[left], recipe[right])
        assert found == ([both] if None not in both and both[0] != both[1] else [])


def test_a_side_that_is_not_there_is_named(ask_errors, hdf5):
    data, (error,) = ask_errors(SPEC_DIFF, left=hdf5, right="nothing")
    assert data == {"specDiff": None}
    assert (error["extensions"]["code"], error["message"]) == (
        "BAD_USER_INPUT",
        "no spec 'nothing' in the snapshot 'v2025.11.0'",
    )
