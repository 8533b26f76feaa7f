"""The variables of a request as one operation takes them, and the arguments that were made of them.

Coercing both takes longer than many an answer. Whoever asks the same again brings them again, and they are coerced
once: what resolvers are handed is never changed.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError
from graphql.execution.values import VariableValues, get_variable_values

from schema.limits import DEFAULT_DOCUMENT_LIMITS

if TYPE_CHECKING:
    from schema.execution.plan import Plan
    from schema.execution.prepared import Prepared

NO_VARIABLES = VariableValues({}, {})


class Given:
    """Coerced variables of one operation; `errors` says what is wrong with them.

    They keep neither the operation nor a plan of it in memory.
    """

    __slots__ = ("_arguments", "_operation", "errors", "raw", "values")

    def __init__(self, operation: Prepared, variables: Mapping[str, Any] | None) -> None:
        self.raw = dict(variables) if variables else {}
        self.values = NO_VARIABLES
        self.errors: list[GraphQLError] = []
        self._operation = weakref.ref(operation)
        self._arguments: tuple[weakref.ref[Plan] | None, dict[int, Any]] = (None, {})
        definitions = operation.operation.variable_definitions
        if definitions:
            # Bounded: an error of an input object looks at all of it, and there may be one for each of its fields.
            most = DEFAULT_DOCUMENT_LIMITS.max_errors
            found = get_variable_values(operation.schema._schema, definitions, self.raw, max_errors=most)
            if isinstance(found, list):
                self.errors = found
            else:
                self.values = found

    def is_for(self, operation: Prepared) -> bool:
        """Tell whether these are variables of the very operation: one that was prepared again is another."""
        return self._operation() is operation

    def arguments(self, plan: Plan) -> dict[int, Any]:
        """Return the place for arguments of the plan's fields, with those that other runs of it have made."""
        of, arguments = self._arguments
        if of is None or of() is not plan:
            arguments = {}
            self._arguments = weakref.ref(plan), arguments
        return arguments
