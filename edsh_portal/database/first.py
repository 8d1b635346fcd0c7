"""The first migration of a room: its tables, made at once from the state in which it ends."""

from typing import Any

from django.db import migrations
from django.db.migrations.state import ProjectState

SAID = (migrations.AddConstraint, migrations.AddField, migrations.AddIndex)  # in a table made from that state already


class FirstMigration(migrations.Migration):
    """Django renders anew, at each operation, every model that the last one is related to: 6,400 models for 124 tables. Here each
    is rendered once, when all that the migration says of it is known."""

    initial = True

    def apply(self, project_state: ProjectState, schema_editor: Any, collect_sql: bool = False) -> ProjectState:
        vars(project_state).pop("apps", None)
        before = project_state.clone()
        self.mutate_state(project_state, preserve=False)
        for operation in self.operations:
            if not isinstance(operation, SAID):
                operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state
