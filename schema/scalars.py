"""Custom scalars: integers beyond GraphQL's 32 bits. `DateTime` is Strawberry's own."""

from __future__ import annotations

from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)

SCALARS: dict[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A byte count or another integer that may pass 2^31: a JSON number of at most 2^53.",
        serialize=int,
        parse_value=int,
    )
}
