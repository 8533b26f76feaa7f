"""Questions about the schema itself: `__schema` and `__type`, answered by graphql-core once and kept with the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import DocumentNode, FieldNode, OperationDefinitionNode, OperationType, SelectionSetNode, execute_sync
from graphql.execution.collect_fields import FieldDetails

from schema.columns import Batch
from schema.execution.columns import Sheet
from schema.execution.leaves import json_text
from schema.execution.run import NotCompiled, Path, Run

if TYPE_CHECKING:
    from schema.execution.plan import Plan

NAMES = frozenset({"__schema", "__type"})

MOST_KEPT = 16
"""Answers kept for a field whose arguments are variables: each may hold the whole schema, 100 KB."""


def is_introspection(node: FieldNode) -> bool:
    """Tell whether a field of the root asks about the schema."""
    return node.name.value in NAMES


class IntrospectionField:
    """A field about the schema, in an operation of its own."""

    def __init__(self, plan: Plan, key: str, details: list[FieldDetails]) -> None:
        self._core = plan.core
        self._key = key
        self._kept: dict[str, str] = {}
        alone = OperationDefinitionNode(
            operation=OperationType.QUERY,
            name=None,
            variable_definitions=plan.operation.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(detail.node for detail in details)),
        )
        self._document = DocumentNode(definitions=(alone, *plan.fragments.values()))

    def write(self, _source: Any, run: Run, _path: Path) -> str:
        """Return the answer, which only the variables can change."""
        asked = repr(sorted(run.variables.coerced.items()))
        known = self._kept.get(asked)
        if known is None:
            result = execute_sync(self._core, self._document, variable_values=run.raw)
            if result.errors or result.data is None:
                raise NotCompiled("an error in a question about the schema")
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            known = self._kept[asked] = json_text(result.data[self._key])
        return known

    def pour(self, _batch: Batch, run: Run, sheet: Sheet) -> None:
        """Pour the answer into a sheet."""
        sheet.text(self.write(None, run, None))
