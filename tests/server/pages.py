"""Small pages for the tests of the server: one package, one spec."""

PAGE = """---
title: "{package}"
layout: cache
categories: [package, {tag}]
meta: {{"versions": ["1.0"], "compilers": ["gcc@11.4.0"], "oss": ["ubuntu22.04"], "platforms": ["linux"], \
"targets": ["zen3"], "stacks": ["e4s"], "num_specs": 1, "num_specs_by_stack": {{"e4s": 1}}}}
spec_details: [{{"compiler": "gcc@11.4.0", "hash": "{hash}", "os": "ubuntu22.04", "platform": "linux", "size": "-", \
"stacks": ["e4s"], "target": "zen3", "variants": [], "versions": ["1.0"]}}]
---"""


def page(package, tag="develop"):
    """Return a page of the package with one spec."""
    return PAGE.format(package=package, tag=tag, hash=(package * 32)[:32])


def replace(path, content):
    """Replace a file as careful tools do: write beside it, then rename over it."""
    beside = path.with_suffix(".new")
    beside.write_bytes(content if isinstance(content, bytes) else content.encode())
    beside.rename(path)
