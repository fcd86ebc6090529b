"""What holds for every test of a view: Fusion, and fonts as the system has them."""

from __future__ import annotations

import pytest

from views.kit import typography


@pytest.fixture(autouse=True)
def _fusion(qapp):
    """The style that the shell sets; palettes are made for it."""
    qapp.setStyle("Fusion")


@pytest.fixture(autouse=True)
def _own_fonts():
    """A test that changes the families leaves no font behind."""
    yield
    typography.forget_fonts()
