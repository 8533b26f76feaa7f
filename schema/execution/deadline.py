"""graphql-core's execution with an end: no object is completed after the context's deadline."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLObjectType, GraphQLResolveInfo
from graphql.execution.executor_throwing_on_incremental import ExecutorThrowingOnIncremental


class DeadlineExecutor(ExecutorThrowingOnIncremental):
    """Looks at the clock once for each object of the answer; the error becomes that of the object's field."""

    def complete_object_value(
        self,
        return_type: GraphQLObjectType,
        field_details_list: Any,
        info: GraphQLResolveInfo[Any],
        path: Any,
        *rest: Any,
    ) -> Any:
        """Complete the object; raises `Timeout` after the deadline."""
        info.context.check()
        return super().complete_object_value(return_type, field_details_list, info, path, *rest)
