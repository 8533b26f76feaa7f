"""The types of the API by name, for modules whose types refer to each other in a circle.

A field's return type is one of these; Strawberry looks the class up when the schema is made, and type checkers see
the class itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry

if TYPE_CHECKING:
    from schema.compiler import Compiler
    from schema.dependency import DependencyConnection, DependencyGraph
    from schema.operating_system import OperatingSystem
    from schema.package import Package, PackageConnection
    from schema.spec import Spec, SpecConnection
    from schema.stack import StackConnection
    from schema.target import Target

CompilerRef = Annotated["Compiler", strawberry.lazy("schema.compiler")]
DependencyConnectionRef = Annotated["DependencyConnection", strawberry.lazy("schema.dependency")]
DependencyGraphRef = Annotated["DependencyGraph", strawberry.lazy("schema.dependency")]
OperatingSystemRef = Annotated["OperatingSystem", strawberry.lazy("schema.operating_system")]
PackageRef = Annotated["Package", strawberry.lazy("schema.package")]
PackageConnectionRef = Annotated["PackageConnection", strawberry.lazy("schema.package")]
SpecRef = Annotated["Spec", strawberry.lazy("schema.spec")]
SpecConnectionRef = Annotated["SpecConnection", strawberry.lazy("schema.spec")]
StackConnectionRef = Annotated["StackConnection", strawberry.lazy("schema.stack")]
TargetRef = Annotated["Target", strawberry.lazy("schema.target")]
