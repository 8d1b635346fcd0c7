"""The scripts of a page: modules that the browser reads as they are, without a build (docs/decisions/0043)."""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'^import (?:[^"\n]* from )?"(\.[^"\n]+)";$', re.M)


class Hashed(CompressedManifestStaticFilesStorage):
    """Static files under the names of their contents, in what a module imports too."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 12  # one for each step of the longest chain of imports


@cache  # what a process serves does not change
def needs(script: str) -> tuple[str, ...]:
    """What a script imports, and so on, each once: what imports nothing first."""
    found = finders.find(script)
    if not isinstance(found, str):
        raise LookupError(f"no script {script}")
    imported = [normpath(join(dirname(script), name)) for name in IMPORT.findall(Path(found).read_text())]
    return tuple(dict.fromkeys(name for one in imported for name in (*needs(one), one)))
