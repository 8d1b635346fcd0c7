"""Migrations done at once, from the state in which they end: the first of each room, and those of several operations."""

from typing import Any

from django.db import migrations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

SAID = (migrations.AddConstraint, migrations.AddField, migrations.AddIndex, migrations.AlterField)


class AtOnce(migrations.Migration):
    """Django renders anew, at each operation, every model that the last one is related to: 6,400 models for 124 tables. Here each
    is rendered once, when all that the migration says of it is known: a table is made as it ends, a column too. Nothing of it may
    read rows through models (`RunPython`): they would be those of before."""

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        rendered = vars(project_state).pop("apps", None)
        ended = project_state.clone()
        if rendered is not None:
            vars(project_state)["apps"] = rendered
        self.mutate_state(ended, preserve=False)
        made: set[tuple[str, ...]] = set()
        for operation in self.operations:
            if not self._said(operation, made):
                operation.database_forwards(self.app_label, schema_editor, project_state, ended)
        return ended

    def _said(self, operation: Operation, made: set[tuple[str, ...]]) -> bool:
        """Whether what was made before in this migration has it already."""
        match operation:
            case migrations.CreateModel():
                made.add((operation.name_lower,))
                return False
            case migrations.AddField() if (operation.model_name_lower,) not in made:
                made.add((operation.model_name_lower, operation.name_lower))
                return False
            case migrations.AlterField():
                model = operation.model_name_lower
                return (model,) in made or (model, operation.name_lower) in made
        return isinstance(operation, SAID) and (operation.model_name_lower,) in made


class FirstMigration(AtOnce):
    """The first of a room: all of its tables."""

    initial = True
