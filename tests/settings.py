"""The settings of the portal, but for what it costs to hash a password: a fifth of a second, some hundreds of times a run.

Proofs (`bin/prove`) and the demonstration keep those of production, whose own hasher tests/ground/test_deploy.py asks for.
"""

from edsh_portal.settings import *  # noqa: F403
from tests.browser import line

PASSWORD_HASHERS = ["tests.hashers.Quick"]
if line.SECONDS:
    MIDDLEWARE = ["tests.browser.line.slow", *MIDDLEWARE]  # noqa: F405
