"""The same fixtures as the tests of the window."""

from ui.conftest import (  # noqa: F401 : fixtures
    knowledge,
    pinned_look,
    ports,
    session,
    settings,
    site,
    window,
)
