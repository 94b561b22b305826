"""What the package offers is what its modules offer."""

import importlib
import pkgutil

import kconsole.protocol as package


def test_the_package_exports_exactly_what_its_modules_export() -> None:
    exported: set[str] = set()
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        exported.update(importlib.import_module(module.name).__all__)
    assert set(package.__all__) == exported
    assert all(hasattr(package, name) for name in exported)
