"""Questions about the schema itself: `__schema` and `__type`, answered by graphql-core once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    execute_sync,
    print_ast,
)
from graphql.execution.collect_fields import FieldDetails

from schema.columns import Batch
from schema.execution.columns import Sheet
from schema.execution.leaves import json_text
from schema.execution.run import NotCompiled, Path, Run

if TYPE_CHECKING:
    from schema.execution.plan import Plan

NAMES = frozenset({"__schema", "__type"})


def is_introspection(node: FieldNode) -> bool:
    """Tell whether a field of the root asks about the schema."""
    return node.name.value in NAMES


class IntrospectionField:
    """A field about the schema, in an operation of its own."""

    def __init__(self, plan: Plan, key: str, details: list[FieldDetails]) -> None:
        self._core = plan.core
        self._key = key
        alone = OperationDefinitionNode(
            operation=OperationType.QUERY,
            name=None,
            variable_definitions=plan.operation.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(detail.node for detail in details)),
        )
        self._document = DocumentNode(definitions=(alone, *plan.fragments.values()))
        self._text = print_ast(self._document)

    def write(self, _source: Any, run: Run, _path: Path) -> str:
        """Return the answer, which only the variables can change."""
        texts = run.kept.schema_texts
        asked = (self._text, repr(sorted(run.variables.coerced.items())))
        known: str | None = texts.get(asked)
        if known is None:
            result = execute_sync(self._core, self._document, variable_values=run.raw)
            if result.errors or result.data is None:
                raise NotCompiled("an error in a question about the schema")
            known = json_text(result.data[self._key])
            run.kept.add_schema_text(asked, known)
        return known

    def pour(self, _batch: Batch, run: Run, sheet: Sheet) -> None:
        """Pour the answer into a sheet."""
        sheet.text(self.write(None, run, None))
